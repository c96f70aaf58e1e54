import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createInstance } from '../../../../../tools/local/platforms/cloud-run/instance.ts';
import { createStopLedger } from '../../../../../tools/local/platforms/cloud-run/stops.ts';
import { createJournal } from '../../../../../tools/local/platforms/journal.ts';
import { CLOUD_RUN_KNOBS, type CloudRunKnobs } from '../../../../../tools/local/platforms/knobs.ts';
import type { PlatformEvent } from '../../../../../tools/local/platforms/platform.ts';
import type { Check } from '../../../../../tools/local/platforms/probes.ts';
import type { Exit, Program } from '../../../../../tools/local/platforms/program.ts';
import { createManualClock } from '../manual-clock.ts';

/** A process that listens at once, and does what it is told by signals that it writes down. */
async function setUp(t: TestContext, knobs: Partial<CloudRunKnobs> = {}) {
  const started = await startOne(t, knobs);
  await started.instance.ready;
  return started;
}

async function startOne(
  t: TestContext,
  knobs: Partial<CloudRunKnobs>,
  { listens = true, check = async () => true }: { listens?: boolean; check?: Check } = {},
) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (listens) t.after(() => server.close());
  else await new Promise((resolve) => server.close(resolve));
  const clock = createManualClock();
  const events: PlatformEvent[] = [];
  const exited = Promise.withResolvers<Exit>();
  let alive = true;
  exited.promise.then(() => {
    alive = false;
  });
  let frozen = false;
  const done: string[] = [];
  const program: Program = {
    pid: 1,
    exited: exited.promise,
    isAlive: () => alive,
    isFrozen: () => frozen,
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
    },
    kill: () => exited.resolve({ code: null, signal: 'SIGKILL' }),
    stop: () => {
      exited.resolve({ code: 0, signal: null });
      return exited.promise;
    },
    spanCounts: () => undefined,
    lastLines: () => [],
  };
  const stops = createStopLedger();
  const journal = createJournal('cloud_run', { onEvent: (event) => events.push(event) });
  const instance = createInstance({
    id: 'a',
    service: 'client',
    container: {
      program,
      port,
      check,
      upstream: { call: () => assert.fail(), disconnect: () => done.push('disconnect') },
      release: async () => {
        done.push('release');
      },
    },
    knobs: { ...CLOUD_RUN_KNOBS, ...knobs },
    clock,
    journal: journal.of('client', 'a'),
    stops,
    reason: 'request',
    onIdle: () => done.push('idle'),
  });
  const types = () => events.map(({ type }) => type);
  return { instance, program, clock, stops, events, types, done, reports: journal.reports, exited };
}

describe('createInstance', () => {
  it('with request-based billing has no CPU a few ms after its last response', async (t) => {
    const { instance, program, clock, done } = await setUp(t, {
      billing: 'request',
      freezeDelayMs: 5,
    });
    instance.begin();
    instance.begin();
    instance.end();
    clock.advance(1_000);
    assert.equal(program.isFrozen(), false, 'one request is still going on');
    instance.end();
    clock.advance(4);
    assert.equal(program.isFrozen(), false);
    clock.advance(1);
    assert.equal(program.isFrozen(), true);
    assert.equal(instance.view().state, 'frozen');
    assert.deepEqual(done, ['disconnect']);
  });

  it('gives the CPU back with the next request and remembers the stop', async (t) => {
    const { instance, program, clock, stops } = await setUp(t, { billing: 'request' });
    instance.begin();
    instance.end();
    clock.advance(5);
    const fromMs = clock.epochMs();
    clock.advance(3_000);
    instance.begin();
    assert.equal(program.isFrozen(), false);
    assert.deepEqual(stops.stops(), [{ instanceId: 'a', fromMs, untilMs: fromMs + 3_000 }]);
  });

  it('is not stopped by a request that ended before the one going on', async (t) => {
    const { instance, program, clock } = await setUp(t, { billing: 'request', freezeDelayMs: 5 });
    instance.begin();
    instance.end();
    clock.advance(3);
    instance.begin();
    clock.advance(100);
    assert.equal(program.isFrozen(), false);
  });

  it('with instance-based billing keeps its CPU', async (t) => {
    const { instance, program, clock } = await setUp(t, { billing: 'instance' });
    instance.begin();
    instance.end();
    clock.advance(60_000);
    assert.equal(program.isFrozen(), false);
  });

  it('gives up a container that does not listen within the start-up time, and ends it', async (t) => {
    const { instance, clock, types, reports } = await startOne(
      t,
      { startupTimeoutMs: 100, startupPollMs: 5 },
      { listens: false },
    );
    let over = false;
    const failed = assert
      .rejects(instance.ready, /start-up probe on \d+ failed for 100 ms/)
      .finally(() => {
        over = true;
      });
    while (!over) {
      clock.advance(5);
      await new Promise(setImmediate);
    }
    await failed;
    await instance.gone;
    assert.deepEqual(types(), ['starting', 'failed', 'exited']);
    assert.equal(reports()[0]?.signal, 'SIGKILL');
  });

  it('does not fail to start where it is stopped before', async (t) => {
    const { instance, clock, types } = await startOne(t, {}, { listens: false });
    const unready = assert.rejects(instance.ready);
    await instance.stop('the platform is closing');
    const unwatch = setInterval(() => clock.advance(5));
    await unready;
    clearInterval(unwatch);
    assert.deepEqual(types(), ['starting', 'stopping', 'exited']);
  });

  it('is ready when its start-up probe succeeds, not when it only listens', async (t) => {
    const answers = [false, 'hangs', true] as const;
    let place = 0;
    const { instance, clock, types } = await startOne(
      t,
      { startupProbeTimeoutMs: 1_000, startupPollMs: 5 },
      {
        check(signal) {
          const answer = answers[place];
          place += 1;
          if (answer !== 'hangs') return Promise.resolve(answer === true);
          return new Promise((_, reject) => signal.addEventListener('abort', reject));
        },
      },
    );
    let ready = false;
    instance.ready.then(() => {
      ready = true;
    });
    while (place < 2) {
      clock.advance(5);
      await new Promise(setImmediate);
    }
    assert.equal(instance.isReady(), false);
    while (!ready) {
      clock.advance(5);
      await new Promise(setImmediate);
    }
    assert.equal(place, 3);
    assert.deepEqual(types(), ['starting', 'ready']);
  });

  it('says that it is idle after the idle time, counted from its last request', async (t) => {
    const { instance, clock, done } = await setUp(t, { idleMs: 1_000 });
    clock.advance(999);
    instance.begin();
    clock.advance(5_000);
    instance.end();
    clock.advance(999);
    assert.deepEqual(done, []);
    clock.advance(1);
    assert.deepEqual(done, ['idle']);
  });

  it('gets its CPU back before SIGTERM, and frees everything at its end', async (t) => {
    const { instance, program, clock, done, types, reports } = await setUp(t, {
      billing: 'request',
    });
    clock.advance(5);
    assert.equal(program.isFrozen(), true);
    await instance.stop('idle');
    assert.equal(program.isFrozen(), false);
    assert.deepEqual(types(), ['starting', 'ready', 'frozen', 'thawed', 'stopping', 'exited']);
    assert.equal(done.at(-1), 'release');
    assert.deepEqual(
      reports().map(({ exitCode }) => exitCode),
      [0],
    );
  });

  it('stops nothing and nobody after its process has ended by itself', async (t) => {
    const { instance, exited, clock, done, types } = await setUp(t, {
      billing: 'request',
      idleMs: 10,
    });
    instance.begin();
    exited.resolve({ code: 1, signal: null });
    await instance.gone;
    instance.end();
    clock.advance(60_000);
    assert.deepEqual(types(), ['starting', 'ready', 'exited']);
    assert.ok(!done.includes('idle'));
  });
});
