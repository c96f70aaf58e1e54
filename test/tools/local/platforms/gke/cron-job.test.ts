import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startCronJob } from '../../../../../tools/local/platforms/gke/cron-job.ts';
import { RUN_DEADLINE_MS } from '../../../../../tools/local/platforms/knobs.ts';

const MINUTE = new Date('2026-03-01T12:34:00Z');

/** A loadgen that answers when it is let. */
async function setUp(t: TestContext, schedule?: { body: Record<string, unknown> }) {
  const bodies: unknown[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const arrived: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    for (const tell of arrived.splice(0)) tell();
    await gate.promise;
    response.end('{"ok":1}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const told: string[] = [];
  const cronJob = startCronJob({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    schedule,
    onFired: (minute, { status }) => told.push(`fired ${minute.toISOString()} ${status}`),
    onSkipped: (minute, reason) => told.push(`skipped ${minute.toISOString()} ${reason}`),
  });
  t.after(async () => {
    for (const gate of gates) gate.resolve();
    await cronJob.close();
    server.close();
  });
  const arrival = () => new Promise<void>((resolve) => arrived.push(resolve));
  return { cronJob, bodies, gates, told, arrival };
}

describe('startCronJob', () => {
  it('posts the body with the scheduled minute and gives loadgen’s answer back', async (t) => {
    const { cronJob, bodies, gates, told, arrival } = await setUp(t);
    const arriving = arrival();
    const run = cronJob.fire({ requests: 3 }, MINUTE);
    await arriving;
    gates[0]?.resolve();
    assert.deepEqual(await run, { status: 200, body: { ok: 1 } });
    assert.deepEqual(bodies, [{ requests: 3, scheduledTime: '2026-03-01T12:34:00.000Z' }]);
    assert.deepEqual(told, ['fired 2026-03-01T12:34:00.000Z 200']);
  });

  it('forbids a run while another is going on, and allows the next', async (t) => {
    const { cronJob, bodies, gates, told, arrival } = await setUp(t);
    let arriving = arrival();
    const first = cronJob.fire({}, MINUTE);
    await arriving;
    assert.equal(await cronJob.fire({}, MINUTE), undefined);
    assert.deepEqual(told, ['skipped 2026-03-01T12:34:00.000Z the last run has not ended']);
    gates[0]?.resolve();
    await first;
    arriving = arrival();
    const second = cronJob.fire({}, MINUTE);
    await arriving;
    gates[1]?.resolve();
    assert.equal((await second)?.status, 200);
    assert.equal(bodies.length, 2);
  });

  it('fires by itself at the full minute', async (t) => {
    t.mock.timers.enable({
      apis: ['Date', 'setTimeout'],
      now: Date.parse('2026-03-01T12:33:58.500Z'),
    });
    const { bodies, arrival } = await setUp(t, { body: { requests: 2 } });
    const arriving = arrival();
    t.mock.timers.tick(1_000);
    assert.deepEqual(bodies, []);
    t.mock.timers.tick(600);
    await arriving;
    assert.deepEqual(bodies, [{ requests: 2, scheduledTime: '2026-03-01T12:34:00.000Z' }]);
  });

  it('fires no more by itself once it is closed, which waits for the run going on', async (t) => {
    t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: MINUTE.getTime() - 100 });
    const { cronJob, gates, told, arrival } = await setUp(t, { body: {} });
    const arriving = arrival();
    t.mock.timers.tick(100);
    await arriving;
    let closed = false;
    const closing = cronJob.close().then(() => {
      closed = true;
    });
    await new Promise(setImmediate);
    assert.equal(closed, false);
    gates[0]?.resolve();
    await closing;
    t.mock.timers.tick(120_000);
    assert.deepEqual(told, ['fired 2026-03-01T12:34:00.000Z 200']);
  });

  it('reports a scheduled run that failed', async (t) => {
    t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: MINUTE.getTime() - 100 });
    const told = Promise.withResolvers<string>();
    const cronJob = startCronJob({
      url: 'http://127.0.0.1:1/',
      schedule: { body: {} },
      onFired: () => assert.fail(),
      onSkipped: (minute, reason) => told.resolve(`${minute.toISOString()} ${reason}`),
    });
    t.after(cronJob.close);
    t.mock.timers.tick(100);
    assert.match(await told.promise, /^2026-03-01T12:34:00\.000Z .*ECONNREFUSED/);
  });

  it('gives a run up at its deadline', async (t) => {
    const { cronJob } = await setUp(t);
    const limits: number[] = [];
    // The deadline itself runs on the machine's clock: here only the cut is looked at.
    t.mock.method(AbortSignal, 'timeout', (ms: number) => {
      limits.push(ms);
      return AbortSignal.abort(new Error('deadline'));
    });
    await assert.rejects(cronJob.fire({}, MINUTE), { name: 'AbortError' });
    assert.deepEqual(limits, [RUN_DEADLINE_MS]);
  });

  it('rejects by hand when loadgen cannot be reached, and may be fired again', async () => {
    const told: string[] = [];
    const cronJob = startCronJob({
      url: 'http://127.0.0.1:1/',
      onFired: () => assert.fail(),
      onSkipped: (_, reason) => told.push(reason),
    });
    await assert.rejects(cronJob.fire({}, MINUTE), { code: 'ECONNREFUSED' });
    await assert.rejects(cronJob.fire({}, MINUTE), { code: 'ECONNREFUSED' });
    await cronJob.close();
    assert.equal(await cronJob.fire({}, MINUTE), undefined);
    assert.deepEqual(told, ['the platform is closing']);
  });
});
