import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { RequestError } from '../../../functions/loadgen/request.ts';
import { type RunPlan, startRun } from '../../../functions/loadgen/run.ts';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { type Asked, createFakeClient } from './fake-client.ts';
import { createFakeClock, settle } from './fake-clock.ts';
import { recordSpans } from './recorded-spans.ts';

const recorded = recordSpans();
beforeEach(() => recorded.reset());

const logger = createLogger({ service: 'loadgen', project: 'p', destination: { write() {} } });

function start(plan: Partial<RunPlan> = {}, onAsked?: (asked: Asked) => void) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const giveUp = new AbortController();
  const client = createFakeClient(onAsked);
  const requests = plan.requests ?? 1;
  const run = startRun(
    {
      runId: 'run-1',
      scheduledMinute: '2026-03-01T12:34:00Z',
      seed: 7,
      requests,
      lateAfterMs: 10,
      intervalMs: 100,
      maxInFlight: 100,
      queries: Array.from({ length: requests }, () => ({ query: 'to be?', expectedCount: 3 })),
      ...plan,
    },
    {
      requests: client.requests,
      clock,
      logger,
      ready: async () => undefined,
      stop: stop.signal,
      giveUp: giveUp.signal,
    },
  );
  return { ...client, clock, stop, giveUp, run };
}

function onlySpan() {
  const spans = recorded.spans();
  assert.equal(spans.length, 1);
  const [span] = spans;
  assert.ok(span);
  return span;
}

describe('a request of a run', () => {
  it('is a root span that tells the query, the expectation, the run and the schedule', async () => {
    const { asked, clock, run } = start();
    await clock.advance(0);
    asked[0]?.count(3);
    await run.done;
    assert.equal(asked[0]?.path, '/?q=to%20be%3F');
    const span = onlySpan();
    assert.equal(span.name, 'loadgen');
    assert.equal(span.kind, SpanKind.INTERNAL);
    assert.equal(span.parentSpanContext, undefined);
    assert.equal(span.status.code, SpanStatusCode.UNSET);
    assert.deepEqual(span.attributes, {
      'shakesapp.query': 'to be?',
      'shakesapp.expected_count': 3,
      'shakesapp.match_count': 3,
      'shakesapp.run_id': 'run-1',
      'shakesapp.sequence': 0,
      'shakesapp.scheduled_minute': '2026-03-01T12:34:00Z',
      'shakesapp.scheduled_time': '2026-03-01T12:34:20.500Z',
      'shakesapp.start_delay_us': 0,
    });
    assert.deepEqual(
      span.events.map(({ name }) => name),
      ['request_start', 'request_end'],
    );
  });

  it('is a new, sampled trace even where the invocation is not sampled', async () => {
    const invocation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };
    const parent = trace.setSpanContext(context.active(), invocation);
    const { run, clock } = context.with(parent, () =>
      start({ requests: 2, invocation }, ({ count }) => count(3)),
    );
    await clock.advance(100);
    await run.done;
    const spans = recorded.spans();
    assert.equal(spans.length, 2);
    const traceIds = new Set(spans.map((span) => span.spanContext().traceId));
    assert.equal(traceIds.size, 2);
    assert.ok(!traceIds.has(invocation.traceId));
    for (const span of spans) {
      assert.equal(span.parentSpanContext, undefined);
      assert.deepEqual(
        span.links.map((link) => link.context),
        [invocation],
      );
    }
  });

  it('with a wrong count is an UnexpectedResult and no success', async () => {
    const { run, clock } = start({}, ({ count }) => count(4));
    await clock.advance(0);
    const summary = await run.done;
    assert.deepEqual([summary.ok, summary.mismatched, summary.sent], [0, 1, 1]);
    const span = onlySpan();
    assert.equal(span.status.code, SpanStatusCode.ERROR);
    assert.equal(span.attributes[ATTR.errorType], 'UnexpectedResult');
    assert.equal(span.attributes[ATTR.matchCount], 4);
    assert.match(String(span.attributes[ATTR.errorMessage]), /"to be\?" is 4, expected 3/);
  });

  const failures: { name: string; kind: string; sent: number; act: (asked: Asked) => void }[] = [
    {
      name: 'another status',
      kind: 'http_503',
      sent: 1,
      act: ({ answer }) => answer({ status: 503, body: '{}' }),
    },
    {
      name: 'an answer that is no JSON',
      kind: 'bad_answer',
      sent: 1,
      act: ({ answer }) => answer({ status: 200, body: '<html>' }),
    },
    {
      name: 'an answer without a count',
      kind: 'bad_answer',
      sent: 1,
      act: ({ answer }) => answer({ status: 200, body: '{"matchCount":"3"}' }),
    },
    {
      name: 'a refused connection',
      kind: 'connect',
      sent: 0,
      act: ({ fail }) => fail(new RequestError('connect', false, 'refused')),
    },
  ];
  for (const { name, kind, sent, act } of failures) {
    it(`that gets ${name} has failed, as ${kind} in the summary and on the span`, async () => {
      const { run, clock } = start({}, act);
      await clock.advance(0);
      const summary = await run.done;
      assert.deepEqual([summary.ok, summary.failed, summary.sent], [0, 1, sent]);
      assert.deepEqual(summary.errors, { [kind]: 1 });
      assert.equal(summary.latencyMs.fromSend, null);
      const span = onlySpan();
      assert.equal(span.status.code, SpanStatusCode.ERROR);
      assert.equal(span.attributes[ATTR.errorType], kind);
      assert.equal(span.events.filter((event) => event.name === 'request_end').length, 1);
    });
  }
});

describe('a run', () => {
  it('measures latency from the scheduled time as well as from the send', async () => {
    const { asked, clock, run } = start({ requests: 2 });
    await clock.advance(0);
    asked[0]?.count(3);
    clock.stall(130);
    await clock.advance(5);
    asked[1]?.count(3);
    const { latencyMs, late } = await run.done;
    assert.deepEqual(latencyMs.fromScheduled, { p50: 35, p95: 130, p99: 130 });
    assert.equal(late, 1);
    assert.equal(recorded.spans()[1]?.attributes[ATTR.startDelayUs], 30_000);
  });

  it('goes on sending while answers are missing', async () => {
    const { asked, clock, run } = start({ requests: 3 });
    await clock.advance(200);
    assert.equal(asked.length, 3);
    assert.equal(run.summary().state, 'running');
    for (const one of asked) one.count(3);
    assert.equal((await run.done).ok, 3);
  });

  it('drops what falls due while maxInFlight are unanswered, and makes no span of it', async () => {
    const { asked, clock, run } = start({ requests: 4, maxInFlight: 2 });
    await clock.advance(200);
    assert.equal(asked.length, 2, 'the third is dropped');
    asked[0]?.count(3);
    await clock.advance(100);
    assert.equal(asked.length, 3, 'the fourth goes out');
    asked[1]?.count(3);
    asked[2]?.count(3);
    const summary = await run.done;
    assert.deepEqual([summary.ok, summary.dropped], [3, 1]);
    assert.deepEqual(summary.dropReasons, { maxInFlight: 1, stopping: 0, notReady: 0 });
    assert.equal(recorded.spans().length, 3);
  });

  it('that is stopped drops the rest and waits for what is in flight', async () => {
    const { asked, clock, stop, run } = start({ requests: 10 });
    await clock.advance(100);
    stop.abort('stopped');
    await clock.advance(1000);
    assert.equal(asked.length, 2);
    for (const one of asked) one.count(3);
    const summary = await run.done;
    assert.equal(summary.state, 'stopped');
    assert.deepEqual([summary.ok, summary.dropped], [2, 8]);
    assert.equal(summary.dropReasons.stopping, 8);
  });

  it('counts what is given up as failed, by the reason', async () => {
    const { clock, giveUp, run } = start();
    await clock.advance(0);
    giveUp.abort('run_deadline');
    assert.deepEqual((await run.done).errors, { run_deadline: 1 });
  });

  it('sends each query of its plan in order', async () => {
    const queries = ['a', 'b', 'c'].map((query) => ({ query, expectedCount: 1 }));
    const { asked, clock, run } = start({ requests: 3, queries }, ({ count }) => count(1));
    await clock.advance(300);
    assert.equal((await run.done).ok, 3);
    assert.deepEqual(
      asked.map(({ query }) => query),
      ['a', 'b', 'c'],
    );
  });

  it('that cannot begin sends nothing and drops everything', async () => {
    const client = createFakeClient();
    const plan = {
      runId: 'run-1',
      scheduledMinute: '2026-03-01T12:34:00Z',
      seed: 7,
      requests: 5,
      lateAfterMs: 10,
      intervalMs: 0,
      maxInFlight: 1,
      queries: [],
    };
    const { signal } = new AbortController();
    const run = startRun(plan, {
      requests: client.requests,
      clock: createFakeClock(),
      logger,
      ready: async () => 'no token',
      stop: signal,
      giveUp: signal,
    });
    const summary = await run.done;
    await settle();
    assert.equal(client.asked.length, 0);
    assert.deepEqual([summary.sent, summary.dropped, summary.dropReasons.notReady], [0, 5, 5]);
  });
});
