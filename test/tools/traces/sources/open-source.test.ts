import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sleep } from '../../../../lib/clock.ts';
import type { Options } from '../../../../tools/compare/options.ts';
import { parseOptions } from '../../../../tools/compare/options.ts';
import { openSource } from '../../../../tools/traces/sources/open-source.ts';
import { flagsOf } from '../../cli/flags-of.ts';
import { createSleepingClock } from '../../sleeping-clock.ts';
import { MINUTE_MS } from '../request-trace.ts';
import { startCloudTrace } from './local-trace.ts';
import { toArray } from './to-array.ts';

const SIGNAL = new AbortController().signal;
const MINUTES = 60_000;

/** `npx shakesapp compare --local --since 30m …`, as often as one likes, time passing in between. */
async function desk(t: TestContext, traces: number) {
  const clock = createSleepingClock(MINUTE_MS + 10 * MINUTES);
  const { calls, options } = await startCloudTrace(t, traces, clock);
  const { cacheDirectory, projectId, rootUrl: traceReadOrigin = '' } = options;
  const said: string[] = [];
  const open = async (...flags: readonly string[]) => {
    const argv = ['--local', ...(flags.includes('--since') ? [] : ['--since', '30m']), ...flags];
    const asked = parseOptions(flagsOf('compare', ...argv), clock.epochMs());
    return openSource<Options>(asked, {
      signal: SIGNAL,
      cacheDirectory,
      clock,
      findLocal: async () => ({ projectId, traceReadOrigin }),
      onProgress: () => {},
      onResume: (text) => said.push(text),
    });
  };
  /** Reads so many traces and is gone. */
  const readAndBreak = async (count: number) => {
    const opened = await open();
    let read = 0;
    for await (const _ of opened.source.read(SIGNAL)) {
      read += 1;
      if (read === count) break;
    }
    return opened;
  };
  return { calls, cacheDirectory, clock, open, readAndBreak, said };
}

test('a read of 5,000 that was killed half-way goes on with its own window, cohorts included', async (t) => {
  const { calls, clock, open, readAndBreak, said } = await desk(t, 5_000);
  const killed = await readAndBreak(2_500);
  assert.equal(calls.list, 25);
  await sleep(clock, 20 * MINUTES, SIGNAL);

  const { options, source } = await open();
  assert.equal(options.cohorts.a.sinceMs, killed.options.cohorts.a.sinceMs);
  assert.equal(options.cohorts.b.sinceMs, killed.options.cohorts.b.sinceMs);
  assert.match(
    said.join(),
    /^going on .*: 2500 traces are there of 2026-03-02T09:40:00.000Z to 2026-03-02T10:10:00.000Z/,
  );
  const traces = await toArray(source.read(SIGNAL));
  assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 5_000);
  assert.deepEqual(calls, { list: 50, get: 0, refused: 0 });
  const { since, until } = source.describe();
  assert.deepEqual([since, until], ['2026-03-02T09:40:00.000Z', '2026-03-02T10:10:00.000Z']);
  assert.equal(source.readAtMs(), MINUTE_MS + 10 * MINUTES, 'fresh is what was fresh then');
});

test('a window up to now that was read to its end is read again', async (t) => {
  const { calls, clock, open, said } = await desk(t, 50);
  const first = await open();
  await toArray(first.source.read(SIGNAL));
  await sleep(clock, 5 * MINUTES, SIGNAL);
  const second = await open();
  assert.equal((await toArray(second.source.read(SIGNAL))).length, 50);
  assert.equal(calls.list, 2);
  assert.equal(second.options.sinceMs, first.options.sinceMs + 5 * MINUTES);
  assert.deepEqual(said, []);
});

const NOT_RESUMED: readonly (readonly [
  string,
  readonly string[],
  (desk: {
    clock: ReturnType<typeof createSleepingClock>;
    cacheDirectory: string;
  }) => Promise<void>,
])[] = [
  ['the user wants it (--restart)', ['--restart'], async () => {}],
  ['other times are asked for', ['--since', '31m'], async () => {}],
  ['other traces are asked for', ['--filter', ''], async () => {}],
  ['enough was read before', ['--max-traces', '100'], async () => {}],
  [
    'its page token is over an hour old',
    [],
    async ({ clock }) => sleep(clock, 61 * MINUTES, SIGNAL),
  ],
  [
    'its reader is still at it',
    [],
    async ({ cacheDirectory }) => {
      const [name = ''] = (await readdir(cacheDirectory)).filter((one) => !one.includes('spent'));
      const file = join(cacheDirectory, name, 'state.json');
      const state = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...state, readerPid: process.ppid }));
    },
  ],
];
for (const [why, flags, change] of NOT_RESUMED) {
  test(`an interrupted read is left alone where ${why}`, async (t) => {
    const { cacheDirectory, clock, open, readAndBreak, said } = await desk(t, 250);
    const killed = await readAndBreak(100);
    await sleep(clock, MINUTES, SIGNAL);
    await change({ clock, cacheDirectory });
    const { options } = await open(...flags);
    assert.ok(options.askedAtMs > killed.options.askedAtMs);
    assert.deepEqual(said, []);
  });
}

test('a reader that is still at it keeps its pages', async (t) => {
  const { cacheDirectory, clock, open } = await desk(t, 50);
  const { source } = await open();
  await toArray(source.read(SIGNAL));
  const folders = async () =>
    (await readdir(cacheDirectory)).filter((name) => !name.includes('spent'));
  const [name = ''] = await folders();
  const file = join(cacheDirectory, name, 'state.json');
  const state = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...state, readerPid: process.ppid }));
  await sleep(clock, MINUTES, SIGNAL);
  await toArray((await open()).source.read(SIGNAL));
  assert.ok((await folders()).includes(name));
});

test('a number of a process that was given away again holds no read up', async (t) => {
  const { cacheDirectory, clock, open, readAndBreak, said } = await desk(t, 250);
  await readAndBreak(100);
  const [name = ''] = (await readdir(cacheDirectory)).filter((one) => !one.includes('spent'));
  const file = join(cacheDirectory, name, 'state.json');
  const state = JSON.parse(await readFile(file, 'utf8'));
  // Alive, and no reader.
  await writeFile(file, JSON.stringify({ ...state, readerPid: process.ppid }));
  await sleep(clock, 11 * MINUTES, SIGNAL);
  await open();
  assert.match(said.join(), /^going on .*: 100 traces are there/);
});
