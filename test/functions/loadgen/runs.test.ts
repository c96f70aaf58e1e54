import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadgenVariables } from '../../../functions/loadgen/config.ts';
import type { LoadRequestBody } from '../../../functions/loadgen/contract.ts';
import { createPlan } from '../../../functions/loadgen/plan.ts';
import { RequestError } from '../../../functions/loadgen/request.ts';
import { createDeliveries, createRuns } from '../../../functions/loadgen/runs.ts';
import { parseEnv } from '../../../lib/config.ts';
import type { Identity } from '../../../lib/identity.ts';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { createPressure } from '../../../lib/telemetry/pressure.ts';
import { setRunningTelemetry } from '../../../lib/telemetry/running.ts';
import { type Asked, createFakeClient } from './fake-client.ts';
import { createFakeClock, START, settle } from './fake-clock.ts';

const ENV = {
  CLIENT_ADDR: 'client:80',
  KNOWN_QUERIES: '{"world":2}',
  LOADGEN_MAX_RUN_SECONDS: '20',
  LOADGEN_REQUEST_TIMEOUT_SECONDS: '4',
};
const logger = createLogger({ service: 'loadgen', project: 'p', destination: { write() {} } });

function create(
  options: {
    onAsked?: (asked: Asked) => void;
    identity?: Identity;
    env?: Record<string, string>;
  } = {},
) {
  const config = parseEnv(loadgenVariables, { ...ENV, ...options.env });
  const clock = createFakeClock();
  const client = createFakeClient(options.onAsked);
  const { requests } = client;
  const runs = createRuns({ config, requests, identity: options.identity, clock, logger });
  const start = (body: LoadRequestBody) =>
    runs.run(
      createPlan({
        body,
        scheduleTimeHeader: undefined,
        nowEpochMs: clock.epochMs(),
        invocation: undefined,
        config,
      }),
    );
  return { ...client, clock, runs, start };
}

const MINUTE = { scheduledTime: '2026-01-01T00:07:00Z' };

describe('a scheduled minute that is delivered twice', () => {
  it('runs once, and the second answer says so with the first one’s summary', async () => {
    const { asked, clock, start } = create({ onAsked: ({ count }) => count(2) });
    const body = { requests: 2, intervalMs: 10, ...MINUTE };
    const first = start(body);
    await clock.advance(10);
    const second = await start({ ...body, scheduledTime: '2026-01-01T00:07:42.5Z' });
    assert.equal(asked.length, 2);
    assert.deepEqual(second, { ...(await first), duplicate: true });
    assert.equal(second.state, 'finished');
  });

  it('while the first still runs is answered at once, with the state of that run', async () => {
    const { asked, clock, start } = create();
    const first = start({ requests: 2, intervalMs: 100, ...MINUTE });
    await clock.advance(0);
    const second = await start({ requests: 2, intervalMs: 100, ...MINUTE });
    assert.equal(second.duplicate, true);
    assert.equal(second.state, 'running');
    await clock.advance(100);
    for (const one of asked) one.count(2);
    assert.equal((await first).duplicate, undefined);
    assert.equal(asked.length, 2);
  });

  it('runs again where the first could send nothing', async () => {
    let refuse = true;
    const { clock, start } = create({
      onAsked: ({ count, fail }) =>
        refuse ? fail(new RequestError('connect', false, 'refused')) : count(2),
    });
    const first = start({ requests: 1, ...MINUTE });
    await clock.advance(0);
    assert.equal((await first).sent, 0);
    refuse = false;
    const second = start({ requests: 1, ...MINUTE });
    await clock.advance(0);
    assert.equal((await second).ok, 1);
    assert.equal((await second).duplicate, undefined);
  });

  it('runs beside another minute', async () => {
    const { asked, clock, start } = create({ onAsked: ({ count }) => count(2) });
    await Promise.all([
      start({ requests: 1, ...MINUTE }),
      start({ requests: 1, scheduledTime: '2026-01-01T00:08:00Z' }),
      clock.advance(0),
    ]);
    assert.equal(asked.length, 2);
  });
});

describe('a run that no schedule asked for', () => {
  it('and that sends nothing leaves the scheduled one of its minute remembered', async () => {
    let refuse = false;
    const { asked, clock, start } = create({
      onAsked: ({ count, fail }) =>
        refuse ? fail(new RequestError('connect', false, 'refused')) : count(2),
    });
    const scheduled = { requests: 1, scheduledTime: START };
    const first = start(scheduled);
    await clock.advance(0);
    assert.equal((await first).sent, 1);
    refuse = true;
    const beside = start({ requests: 1 });
    await clock.advance(0);
    assert.equal((await beside).sent, 0);
    assert.equal((await beside).scheduledMinute, (await first).scheduledMinute);
    const again = await start(scheduled);
    assert.equal(again.duplicate, true);
    assert.equal(asked.length, 2, 'and the minute has not fired twice');
  });
});

describe('the longest run that is accepted', () => {
  const cases = [
    { maxRun: '2', timeout: '30', requests: 2, answerMs: 1_000 },
    { maxRun: '20', timeout: '4', requests: 17, answerMs: 4_000 },
  ];
  for (const { maxRun, timeout, requests, answerMs } of cases) {
    const env = { LOADGEN_MAX_RUN_SECONDS: maxRun, LOADGEN_REQUEST_TIMEOUT_SECONDS: timeout };

    it(`of ${maxRun} s has ${answerMs} ms for its last answer`, async () => {
      const { asked, clock, start } = create({ env });
      const run = start({ requests, intervalMs: 1_000 });
      await clock.advance((requests - 1) * 1_000);
      for (const { count } of asked.slice(0, -1)) count(2);
      await clock.advance(answerMs - 1);
      asked.at(-1)?.count(2);
      const { ok, dropped, state } = await run;
      assert.deepEqual({ ok, dropped, state }, { ok: requests, dropped: 0, state: 'finished' });
    });

    it(`of ${maxRun} s has no room for one request more`, async () => {
      const { start } = create({ env });
      await assert.rejects(async () => start({ requests: requests + 1, intervalMs: 1_000 }), {
        message: new RegExp(`less ${answerMs / 1_000} s for the last answer.*at most ${requests} `),
      });
    });
  }
});

describe('two calls that no schedule made', () => {
  it('both run, in the same minute too', async () => {
    const { asked, clock, start } = create({ onAsked: ({ count }) => count(2) });
    await Promise.all([start({ requests: 1 }), start({ requests: 1 }), clock.advance(0)]);
    assert.equal(asked.length, 2);
  });
});

describe('a process that has no room for another run', () => {
  const env = { LOADGEN_MAX_RUNS: '2', LOADGEN_MAX_REQUESTS: '1500' };
  const refused = (message: RegExp) => ({ name: 'AppError', kind: 'unavailable', message });

  it('refuses a run beyond LOADGEN_MAX_RUNS before it asks anything', async () => {
    const { asked, clock, start } = create({ env });
    const runs = [start({ requests: 1 }), start({ requests: 1 })];
    await clock.advance(0);
    await assert.rejects(start({ requests: 1 }), refused(/2 runs are under way; allowed: 2 /));
    await clock.advance(0);
    assert.equal(asked.length, 2);
    for (const one of asked) one.count(2);
    await Promise.all(runs);
    const next = start({ requests: 1 });
    await clock.advance(0);
    asked.at(-1)?.count(2);
    assert.equal((await next).ok, 1);
  });

  it('refuses a run with more requests than LOADGEN_MAX_REQUESTS leaves', async () => {
    const { clock, start } = create({ env, onAsked: ({ count }) => count(2) });
    const first = start({ requests: 1000, intervalMs: 1 });
    await assert.rejects(
      start({ requests: 501, intervalMs: 1 }),
      refused(/have 1000 requests and this one has 501; allowed: 1500 in all/),
    );
    const second = start({ requests: 500, intervalMs: 1 });
    await clock.advance(1000);
    assert.deepEqual([(await first).ok, (await second).ok], [1000, 500]);
  });

  it('still answers a second delivery, and runs a refused minute that comes again', async () => {
    const { asked, clock, start } = create({ env: { ...env, LOADGEN_MAX_RUNS: '1' } });
    const first = start({ requests: 1, ...MINUTE });
    await clock.advance(0);
    assert.equal((await start({ requests: 1, ...MINUTE })).duplicate, true);
    const next = { requests: 1, scheduledTime: '2026-01-01T00:08:00Z' };
    await assert.rejects(start(next), refused(/LOADGEN_MAX_RUNS/));
    asked[0]?.count(2);
    await first;
    const again = start(next);
    await clock.advance(0);
    asked[1]?.count(2);
    assert.deepEqual([(await again).ok, (await again).duplicate], [1, undefined]);
  });
});

describe('createRuns', () => {
  it('has every span stored before a run is answered', async (t) => {
    const order: string[] = [];
    setRunningTelemetry({
      beforeResponse: async () => {},
      async flush() {
        await settle();
        order.push('flushed');
      },
      shutdown: async () => {},
      pressure: createPressure({ sources: [] }),
    });
    t.after(() =>
      setRunningTelemetry({
        beforeResponse: async () => {},
        flush: async () => {},
        shutdown: async () => {},
        pressure: createPressure({ sources: [] }),
      }),
    );
    const { clock, start } = create({
      onAsked: ({ count }) => {
        order.push('asked');
        count(2);
      },
    });
    const run = start({ requests: 2, intervalMs: 1 }).then(() => order.push('answered'));
    await clock.advance(1);
    await run;
    assert.deepEqual(order, ['asked', 'asked', 'flushed', 'answered']);
  });

  it('gives up at the longest run allowed what was not answered by then', async () => {
    const { clock, start } = create();
    const run = start({ requests: 2, intervalMs: 1000 });
    await clock.advance(20_000);
    const summary = await run;
    assert.deepEqual(summary.errors, { run_deadline: 2 });
  });

  it('stopped, drops the rest, finishes what is in flight and then resolves', async () => {
    const { asked, clock, runs, start } = create();
    const run = start({ requests: 10, intervalMs: 100 });
    await clock.advance(250);
    const stopped = runs.stop(4000);
    assert.equal(runs.stopping, true);
    await clock.advance(1000);
    assert.equal(asked.length, 3);
    for (const one of asked) one.count(2);
    await stopped;
    const summary = await run;
    assert.deepEqual([summary.state, summary.ok, summary.dropped], ['stopped', 3, 7]);
  });

  it('stopped, gives up after the drain time what is still not answered', async () => {
    const { clock, runs, start } = create();
    const run = start({ requests: 1 });
    await clock.advance(0);
    const stopped = runs.stop(4000);
    await clock.advance(3999);
    assert.equal((await Promise.race([run, 'waiting'])) as unknown, 'waiting');
    await clock.advance(1);
    await stopped;
    assert.deepEqual((await run).errors, { stopped: 1 });
  });

  it('has the ID token before the first request is due', async () => {
    const order: string[] = [];
    const { clock, start } = create({
      identity: {
        async getIdToken() {
          order.push('token');
          return 'token';
        },
        discardToken: () => true,
      },
      onAsked: ({ count }) => {
        order.push('asked');
        count(2);
      },
    });
    const run = start({ requests: 1 });
    await clock.advance(0);
    await run;
    assert.deepEqual(order, ['token', 'asked']);
  });

  it('waits for /health before the first request where the body asks for it', async () => {
    const { asked, clock, start } = create({
      onAsked: ({ path, answer, count }) =>
        path === '/health' ? answer({ status: 200, body: 'ok' }) : count(2),
    });
    const run = start({ requests: 1, checkConnectivity: true });
    await clock.advance(0);
    assert.equal((await run).ok, 1);
    assert.deepEqual(
      asked.map(({ path }) => path),
      ['/health', '/?q=world'],
    );
  });

  it('waits for client’s health no longer than the longest run leaves', async () => {
    const { asked, clock, start } = create({
      onAsked: ({ answer }) => answer({ status: 503, body: '' }),
    });
    const run = start({ requests: 6, intervalMs: 2000, checkConnectivity: true });
    await clock.advance(6000);
    const summary = await run;
    assert.equal(summary.dropReasons.notReady, 6);
    assert.deepEqual(
      asked.map(({ path }) => path),
      Array(3).fill(['/health', '/_healthz']).flat(),
    );
  });
});

describe('createDeliveries', () => {
  it('finds the run of a minute that was remembered, and no other', () => {
    const deliveries = createDeliveries<string>();
    deliveries.remember('12:34', 'run');
    assert.equal(deliveries.find('12:34'), 'run');
    assert.equal(deliveries.find('12:35'), undefined);
  });

  it('runs a forgotten minute again', () => {
    const deliveries = createDeliveries<string>();
    deliveries.remember('12:34', 'run');
    deliveries.forget('12:34');
    assert.equal(deliveries.find('12:34'), undefined);
  });

  it('keeps the newest 64 minutes, so that it does not grow', () => {
    const deliveries = createDeliveries<number>();
    for (let minute = 0; minute < 65; minute++) deliveries.remember(String(minute), minute);
    assert.equal(deliveries.find('0'), undefined);
    assert.equal(deliveries.find('1'), 1);
    assert.equal(deliveries.find('64'), 64);
  });
});
