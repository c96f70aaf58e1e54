import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadgenVariables } from '../../../functions/loadgen/config.ts';
import { BadLoadRequest, createPlan } from '../../../functions/loadgen/plan.ts';
import { parseEnv } from '../../../lib/config.ts';
import { START } from './fake-clock.ts';

const config = parseEnv(loadgenVariables, { CLIENT_ADDR: 'client:80' });

function plan(body: unknown, scheduleTimeHeader?: string) {
  const nowEpochMs = Date.parse(START);
  return createPlan({ body, scheduleTimeHeader, nowEpochMs, invocation: undefined, config });
}

function problemsOf(body: unknown, scheduleTimeHeader?: string) {
  try {
    plan(body, scheduleTimeHeader);
  } catch (error) {
    assert.ok(error instanceof BadLoadRequest, String(error));
    return error.problems;
  }
  return assert.fail('the request was accepted');
}

describe('createPlan', () => {
  for (const [name, body] of Object.entries({
    'an empty object': {},
    'no body': undefined,
    'an empty body': Buffer.alloc(0),
    'JSON as bytes': Buffer.from('{}'),
    'JSON as text': ' {} ',
  })) {
    it(`takes ${name} for the defaults: 10 requests, 2 s apart`, () => {
      const { requests, intervalMs, maxInFlight, checkConnectivity, scheduled } = plan(body);
      assert.deepEqual(
        { requests, intervalMs, maxInFlight, checkConnectivity, scheduled },
        {
          requests: 10,
          intervalMs: 2000,
          maxInFlight: 100,
          checkConnectivity: false,
          scheduled: false,
        },
      );
    });
  }

  it('takes the scheduled minute from the body, else the header, else the clock', () => {
    const body = { scheduledTime: '2026-01-02T03:04:05+01:00' };
    const header = '2026-01-01T00:00:59.999999Z';
    assert.equal(plan(body, header).scheduledMinute, '2026-01-02T02:04:00Z');
    assert.equal(plan({}, header).scheduledMinute, '2026-01-01T00:00:00Z');
    assert.equal(plan({}).scheduledMinute, '2026-03-01T12:34:00Z');
    assert.deepEqual(
      [plan(body), plan({}, header), plan({})].map(({ scheduled }) => scheduled),
      [true, true, false],
    );
  });

  it('gives two platforms the same queries for the same minute, from header or body', () => {
    const header = plan({ requests: 50, intervalMs: 0 }, '2026-01-01T00:07:00.123456Z');
    const body = plan({ requests: 50, intervalMs: 0, scheduledTime: '2026-01-01T00:07:30Z' });
    assert.deepEqual(header.queries, body.queries);
    assert.equal(header.seed, body.seed);
  });

  it('gives another minute other queries', () => {
    const sequences = ['00:07', '00:08', '00:09'].map((minute) =>
      JSON.stringify(plan({}, `2026-01-01T${minute}:00Z`).queries),
    );
    assert.equal(new Set(sequences).size, 3);
  });

  it('takes the seed that the body names', () => {
    const first = plan({ seed: 42 }, '2026-01-01T00:07:00Z');
    const second = plan({ seed: 42 }, '2026-01-01T00:08:00Z');
    assert.equal(first.seed, 42);
    assert.deepEqual(first.queries, second.queries);
  });

  it('gives each run a new name, after its minute, unless the body names it', () => {
    const [first, second] = [plan({}), plan({})];
    assert.match(first.runId, /^2026-03-01T12:34:00Z-[0-9a-f]{8}$/);
    assert.notEqual(first.runId, second.runId);
    assert.equal(plan({ runId: 'mine' }).runId, 'mine');
  });
});

describe('createPlan refuses', () => {
  const cases: { name: string; body: unknown; header?: string; field: string; allowed: RegExp }[] =
    [
      { name: 'no requests', body: { requests: 0 }, field: 'requests', allowed: /1 to 1000/ },
      { name: '1001 requests', body: { requests: 1001 }, field: 'requests', allowed: /1 to 1000/ },
      { name: 'text', body: { requests: '5' }, field: 'requests', allowed: /whole number/ },
      { name: 'a fraction', body: { requests: 1.5 }, field: 'requests', allowed: /whole number/ },
      { name: 'null', body: { requests: null }, field: 'requests', allowed: /whole number/ },
      {
        name: 'a negative interval',
        body: { intervalMs: -1 },
        field: 'intervalMs',
        allowed: /0 to/,
      },
      { name: 'no flight', body: { maxInFlight: 0 }, field: 'maxInFlight', allowed: /1 to 1000/ },
      { name: 'a wide seed', body: { seed: 2 ** 32 }, field: 'seed', allowed: /4294967295/ },
      { name: 'an empty runId', body: { runId: '' }, field: 'runId', allowed: /1 to 64/ },
      { name: 'a runId with blanks', body: { runId: 'a b' }, field: 'runId', allowed: /letters/ },
      {
        name: 'a word for a boolean',
        body: { checkConnectivity: 'false' },
        field: 'checkConnectivity',
        allowed: /true or false/,
      },
      {
        name: 'a time without a zone',
        body: { scheduledTime: '2026-01-01T00:00:00' },
        field: 'scheduledTime',
        allowed: /RFC 3339/,
      },
      {
        name: 'a day that does not exist',
        body: { scheduledTime: '2026-02-30T00:00:00Z' },
        field: 'scheduledTime',
        allowed: /RFC 3339/,
      },
      {
        name: 'an unknown key',
        body: { request: 5 },
        field: 'request',
        allowed: /known: requests/,
      },
      {
        name: 'a field that is there twice',
        body: '{"requests":1,"request\\u0073":1000}',
        field: 'requests',
        allowed: /each field once/,
      },
      { name: 'a list', body: [], field: 'body', allowed: /JSON object/ },
      { name: 'JSON null', body: 'null', field: 'body', allowed: /JSON object/ },
      { name: 'what is no JSON', body: '{requests:5}', field: 'body', allowed: /not JSON/ },
      {
        name: 'a header that is no time',
        body: {},
        header: 'soon',
        field: 'header x-cloudscheduler-scheduletime',
        allowed: /RFC 3339/,
      },
    ];
  for (const { name, body, header, field, allowed } of cases) {
    it(`${name}: names ${field} and what is allowed`, () => {
      const problems = problemsOf(body, header);
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.field, field);
      assert.match(problems[0]?.allowed ?? '', allowed);
    });
  }

  it('everything that is wrong at once', () => {
    const fields = problemsOf({ requests: 0, seed: -1, a: 1, b: 2 }).map(({ field }) => field);
    assert.deepEqual(fields.sort(), ['a', 'b', 'requests', 'seed']);
  });

  it('a run that is too long, with the arithmetic and what would fit', () => {
    const [problem] = problemsOf({ requests: 100, intervalMs: 2000 });
    assert.match(problem?.allowed ?? '', /LOADGEN_MAX_RUN_SECONDS = 170 s/);
    assert.match(problem?.allowed ?? '', /\(100 - 1\) × 2000 ms = 198 s/);
    assert.match(problem?.allowed ?? '', /170 s less 30 s for the last answer = 140 s/);
    assert.match(problem?.allowed ?? '', /at most 71 requests .* at most 1414 ms/);
  });

  it('no run that just fits, and the sizes that it advises fit', () => {
    for (const body of [
      { requests: 71, intervalMs: 2000 },
      { requests: 100, intervalMs: 1414 },
    ]) {
      assert.doesNotThrow(() => plan(body));
    }
    assert.equal(problemsOf({ requests: 72, intervalMs: 2000 }).length, 1);
    assert.equal(problemsOf({ requests: 100, intervalMs: 1415 }).length, 1);
  });

  it('a huge value without sending all of it back', () => {
    const [problem] = problemsOf({ runId: 'x'.repeat(10_000) });
    assert.ok(JSON.stringify(problem).length < 400);
  });
});
