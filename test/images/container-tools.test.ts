import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { reasonToSkipGcloud } from '../cloudbuild/gcloud.ts';
import { reasonToSkip } from './container-tools.ts';

/** A machine that has these programs and no others. */
async function onMachine(t: TestContext, programs: readonly string[], ci: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-path-'));
  const before = { PATH: process.env.PATH, CI: process.env.CI };
  t.after(async () => {
    process.env.PATH = before.PATH;
    if (before.CI === undefined) delete process.env.CI;
    else process.env.CI = before.CI;
    await rm(folder, { recursive: true, force: true });
  });
  for (const program of programs) {
    await writeFile(join(folder, program), '#!/bin/sh\n');
    await chmod(join(folder, program), 0o755);
  }
  process.env.PATH = folder;
  process.env.CI = ci;
}

test('without podman the images are not built, and the reason says what to install', async (t) => {
  await onMachine(t, ['apt-get', 'dpkg-deb', 'runc'], '');
  assert.match(String(reasonToSkip()), /not installed: podman .*apt-get install podman runc/);
});

test('under CI a podman that could be installed is not skipped', async (t) => {
  await onMachine(t, ['apt-get', 'dpkg-deb'], 'true');
  assert.throws(() => reasonToSkip(), /not installed: podman, runc.* under CI it has to be there/);
});

test('under CI on a machine without apt-get the images are skipped', async (t) => {
  await onMachine(t, [], 'true');
  assert.match(String(reasonToSkip()), /not installed: podman, runc, apt-get, dpkg-deb/);
});

test('without gcloud nothing is submitted, under CI neither', async (t) => {
  await onMachine(t, ['podman'], 'true');
  assert.match(String(reasonToSkipGcloud()), /gcloud is not installed/);
});
