import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { LocalCloud } from '../../../../tools/local/cloud/local-cloud.ts';
import { startCloudRun } from '../../../../tools/local/platforms/cloud-run/cloud-run.ts';
import { startGke } from '../../../../tools/local/platforms/gke/gke.ts';
import { GKE_KNOBS } from '../../../../tools/local/platforms/knobs.ts';
import type { LogLine, PlatformEvent } from '../../../../tools/local/platforms/platform.ts';
import { reservePort } from '../../../../tools/local/platforms/ports.ts';
import { grpcCheck } from '../../../../tools/local/platforms/probes.ts';
import type { Replacement } from '../../../../tools/local/platforms/replacement.ts';
import { isGone } from './programs.ts';
import { echoSettings, slowness, startCloud, until } from './stand.ts';

const ECHO = new URL('echo-program.ts', import.meta.url).pathname;
const RUN_ECHO = `"${process.execPath}" "${ECHO}"`;
const PLATFORMS = ['cloud_run', 'gke'] as const;

describe('a program that replaces ours', () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.close());

  /** Both platforms' start, with what they tell. */
  const start = async (
    t: TestContext,
    platform: (typeof PLATFORMS)[number],
    replacement: Replacement,
    options: { slowness?: () => number; signal?: AbortSignal } = {},
  ) => {
    const events: PlatformEvent[] = [];
    const lines: LogLine['line'][] = [];
    const common = {
      cloud,
      slowness,
      settings: echoSettings({ replaced: { server: replacement }, caller: process.env }),
      onEvent: (event: PlatformEvent) => events.push(event),
      onLog: ({ line }: LogLine) => lines.push(line),
      ...options,
    };
    const starting =
      platform === 'cloud_run'
        ? startCloudRun(common)
        : startGke({
            ...common,
            knobs: { readinessProbe: { ...GKE_KNOBS.readinessProbe, periodMs: 20 } },
          });
    const told = { events, lines };
    const running = await starting.catch((error: Error) => Object.assign(error, told));
    if (!(running instanceof Error)) t.after(running.close);
    return Object.assign(running, told);
  };

  for (const platform of PLATFORMS) {
    it(`is started by a shell, and told where everything is, on ${platform}`, async (t) => {
      const command = `env | sort && ${RUN_ECHO}`;
      const running = await start(t, platform, { command });
      assert.ok(!(running instanceof Error), String(running));
      const { lines } = running;
      const told = Object.fromEntries(
        lines.map((line) => String(line).split(/=(.*)/s, 2) as [string, string]),
      );
      assert.equal(told.STORAGE_EMULATOR_HOST, cloud.storageOrigin);
      assert.equal(told.OTEL_EXPORTER_OTLP_ENDPOINT, cloud.otlpOrigin);
      assert.match(told.OTEL_RESOURCE_ATTRIBUTES ?? '', /gcp\.project_id=shakesapp-local/);
      assert.match(told.OTEL_RESOURCE_ATTRIBUTES ?? '', /cloud\.platform=gcp_/);
      assert.match(readFileSync(told.SSL_CERT_FILE ?? '', 'utf8'), /BEGIN CERTIFICATE/);
      assert.equal(told.K_SERVICE, platform === 'cloud_run' ? 'server' : undefined);
    });

    it(`has SIGTERM to store its spans, though a shell runs it, on ${platform}`, async (t) => {
      const running = await start(t, platform, { command: `true && ${RUN_ECHO}` });
      assert.ok(!(running instanceof Error), String(running));
      await running.close();
      const server = running.reports().filter(({ program }) => program === 'server');
      assert.deepEqual(
        server.map(({ exitCode, spans }) => [exitCode, spans?.stored]),
        [[0, 1]],
      );
    });

    it(`that ends at once is an error of the start, with what it wrote, on ${platform}`, async (t) => {
      const running = await start(t, platform, { command: 'echo no such module >&2; exit 7' });
      assert.ok(running instanceof Error);
      assert.match(running.message, /^--replace server=echo no such module/);
      assert.match(running.message, /it wrote last:\n {2}no such module$/);
    });
  }

  for (const [platform, failed] of [
    ['cloud_run', /the start-up probe on \d+ failed for 60 ms; it wrote/],
    ['gke', /server-\S+ failed its startup probe; it wrote/],
  ] as const) {
    it(`that never listens is an error of the start on ${platform}`, async (t) => {
      const command = 'echo thinking; sleep 600';
      // A thousandth of the minute that a start may take.
      const running = await start(t, platform, { command }, { slowness: () => 0.001 });
      assert.ok(running instanceof Error);
      assert.match(running.message, failed);
      const started = running.events.find(({ program }) => program === 'server');
      assert.ok(started?.type === 'starting');
      await isGone(started.pid);
    });
  }

  for (const platform of PLATFORMS) {
    it(`that somebody else starts is awaited, with its environment in a file, on ${platform}`, async (t) => {
      const { port, release } = await reservePort();
      release();
      const stopped = new AbortController();
      const address = { host: '127.0.0.1', port };
      const starting = start(t, platform, address, { signal: stopped.signal });
      const file = new URL(`../../../../.local/environment/${platform}-server.env`, import.meta.url)
        .pathname;
      await until('the file is there', () => {
        try {
          return readFileSync(file, 'utf8').includes(`export PORT='${port}'`);
        } catch {
          return false;
        }
      });
      const script = `. "${file}"; exec ${RUN_ECHO}`;
      const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
      t.after(() => child.kill('SIGKILL'));
      const running = await starting;
      assert.ok(!(running instanceof Error), String(running));
      const text = readFileSync(file, 'utf8');
      assert.match(text, /gcp\.project_id=shakesapp-local/);
      assert.doesNotMatch(text, /cloud\.platform|k8s|K_SERVICE|KUBERNETES/, 'it is on neither');
      const { events } = running;
      assert.deepEqual(
        events.filter(({ program }) => program === 'server').map(({ type }) => type),
        ['awaited', 'starting', 'ready'],
      );
      const through = Number(/:(\d+)$/.exec(running.serverAddress)?.[1]);
      if (platform === 'gke') assert.ok(await grpcCheck(through)(AbortSignal.timeout(60_000)));
      await running.close();
      assert.equal(child.exitCode, null, 'whoever started it ends it');
      child.kill('SIGTERM');
      await once(child, 'exit');
    });

    it(`that nobody starts does not hold up Ctrl-C on ${platform}`, async (t) => {
      const { port, release } = await reservePort();
      t.after(release);
      const stopped = new AbortController();
      const address = { host: '127.0.0.1', port };
      const starting = start(t, platform, address, { signal: stopped.signal });
      stopped.abort(new Error('stopped by SIGINT'));
      const running = await starting;
      assert.ok(running instanceof Error);
      assert.equal(running.message, 'stopped by SIGINT');
    });
  }
});
