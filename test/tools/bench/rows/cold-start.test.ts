import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { row } from '../../../../tools/bench/rows/cold-start.ts';
import type { BuiltPrograms } from '../../../../tools/bench/system/built-programs.ts';
import { LOCAL_QUERIES } from '../../../../tools/local/cloud/storage/works.ts';
import { createFakeSystem } from './fake-system.ts';
import { runRow } from './run-row.ts';

const BARE_SERVER = join(import.meta.dirname, '../../../../tools/bench/system/bare-server.ts');

/** Answers as loadgen and as client, with these figures. */
const httpProgram = (ok: number, matchCount: number) => `
  const server = require('node:http').createServer((request, response) =>
    response.end(JSON.stringify({ ok: ${ok}, matchCount: ${matchCount} })));
  server.listen(0, '127.0.0.1', () =>
    console.log(JSON.stringify({ port: server.address().port, message: 'listening' })));`;

const WORLD = LOCAL_QUERIES.world ?? 0;

/** Small programs in the place of the images'. */
function createBuilt({ ok = 1, client = WORLD, server = WORLD } = {}) {
  let removed = 0;
  const programs = {
    loadgen: ['-e', httpProgram(ok, 0)],
    client: ['-e', httpProgram(0, client)],
    server: [BARE_SERVER, String(server)],
  };
  const buildPrograms = async (): Promise<BuiltPrograms> => ({
    folder: '',
    command: (name) => ({ args: programs[name], env: { NODE_OPTIONS: '' }, cwd: '/' }),
    remove: async () => {
      removed += 1;
    },
  });
  return { buildPrograms, removed: () => removed };
}

test('cold-start divides the times of each program by those of bare node', async () => {
  const system = createFakeSystem({ stored: () => ({ spans: 1 }) });
  const built = createBuilt();
  const lines = await runRow('cold-start', row, { ...built, ...system });
  assert.deepEqual(system.environments, [{ OTEL_SDK_DISABLED: 'true' }]);
  assert.deepEqual(
    lines.slice(0, 4).map(({ variant, goal }) => [variant, goal]),
    [
      ['loadgen: to listening', '≤ 5 ×'],
      ['loadgen: CPU to listening', null],
      ['loadgen: to its first answer, stored', '≤ 7 ×'],
      ['loadgen, untraced: to listening', null],
    ],
  );
  assert.equal(lines.length, 12);
  for (const { variant, ours, other, ratio, met, othersCpu } of lines) {
    assert.ok(ours > 0 && (other ?? 0) > 0, variant);
    assert.equal(ratio?.median, ours / (other ?? 0));
    assert.deepEqual(Object.keys(othersCpu ?? {}), ['load', 'local cloud']);
    const most = variant.endsWith('stored') ? 7 : 5;
    if (met !== null) assert.equal(met, (ratio?.median ?? 0) <= most);
  }
  assert.ok((lines[2]?.ours ?? 0) >= (lines[0]?.ours ?? 0), 'an answer comes after listening');
  assert.deepEqual([system.closed(), built.removed()], [1, 1]);
});

test('cold-start fails with a wrong first answer of any program', async () => {
  const wrong = {
    loadgen: createBuilt({ ok: 0 }),
    client: createBuilt({ client: WORLD - 1 }),
    server: createBuilt({ server: WORLD + 1 }),
  };
  for (const [name, built] of Object.entries(wrong)) {
    const system = createFakeSystem({ stored: () => ({ spans: 1 }) });
    const message = new RegExp(`^Error: ${name} answered wrong: `);
    await assert.rejects(runRow('cold-start', row, { ...built, ...system }), message);
    assert.deepEqual([system.closed(), built.removed()], [1, 1]);
  }
});

test('cold-start fails where no span of the first request is stored', async (t) => {
  // So that nobody waits: each look at the store takes a minute.
  let skippedMs = 0;
  const nowMs = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => nowMs() + skippedMs);
  const system = createFakeSystem({
    stored: () => {
      skippedMs += 60_000;
      return { spans: 0 };
    },
  });
  await assert.rejects(
    runRow('cold-start', row, { ...createBuilt(), ...system }),
    /loadgen answered wrong: no span of the first request was stored/,
  );
});
