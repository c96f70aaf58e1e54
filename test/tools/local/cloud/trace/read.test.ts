import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { cloudtrace, type cloudtrace_v1 } from '@googleapis/cloudtrace';
import { systemClock } from '../../../../../lib/clock.ts';
import { startLocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';
import { createSpan } from '../span.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const iso = (ms: number) => new Date(ms).toISOString();

async function setUp(t: TestContext) {
  const time = { nowMs: NOON };
  const cloud = await startLocalCloud({ clock: { ...systemClock, epochMs: () => time.nowMs } });
  t.after(cloud.close);
  const { traces } = cloudtrace({ version: 'v1', rootUrl: `${cloud.traceReadOrigin}/` }).projects;
  const { projectId } = cloud;
  const list = async (
    params: Omit<cloudtrace_v1.Params$Resource$Projects$Traces$List, 'projectId'>,
  ) => (await traces.list({ projectId, ...params }, { retry: false })).data;
  const ids = async (params: Parameters<typeof list>[0]) =>
    ((await list(params)).traces ?? []).map(({ traceId }) => traceId?.replace(/^0+/, ''));
  return { cloud, traces, projectId, list, ids, time };
}

/** What gaxios makes of Google's error body. */
const failsWith =
  (code: number, status: string, message: RegExp) =>
  (error: {
    status?: number;
    response?: { data: { error: { code: number; status: string; message: string } } };
  }) => {
    const body = error.response?.data.error;
    assert.equal(error.status, code);
    assert.deepEqual([body?.code, body?.status], [code, status]);
    assert.match(body?.message ?? '', message);
    return true;
  };

suite('Cloud Trace v1 read, by the real client', () => {
  test('returns a complete trace in the fields of v1: decimal ids, two kinds, no events', async (t) => {
    const { cloud, traces, projectId } = await setUp(t);
    cloud.traceStore.write([
      createSpan({
        trace: 'abc',
        id: 'ffffffffffffffff',
        name: 'loadgen',
        startMs: NOON + 0.25,
        endMs: NOON + 1500.125,
        attributes: { 'shakesapp.query': 'world' },
        events: [{ name: 'request_start', timeMs: NOON, attributes: {} }],
        status: { error: true, message: 'x' },
      }),
      createSpan({ trace: 'abc', id: 'b', parent: 'ffffffffffffffff', kind: 'client' }),
      createSpan({ trace: 'abc', id: 'c', parent: 'b', kind: 'server' }),
    ]);
    const { data } = await traces.get({ projectId, traceId: 'abc'.padStart(32, '0') });
    assert.deepEqual(data.spans?.[0], {
      spanId: '18446744073709551615',
      name: 'loadgen',
      startTime: '2026-03-02T12:00:00.000250000Z',
      endTime: '2026-03-02T12:00:01.500125000Z',
      labels: { 'shakesapp.query': 'world' },
    });
    assert.deepEqual(
      data.spans?.map(({ kind, parentSpanId }) => [kind, parentSpanId]),
      [
        [undefined, undefined],
        ['RPC_CLIENT', '18446744073709551615'],
        ['RPC_SERVER', '11'],
      ],
    );
    assert.equal(data.projectId, projectId);
  });

  test('filters by root, span, latency, label and value, prefix or exact', async (t) => {
    const { cloud, ids, time } = await setUp(t);
    cloud.traceStore.write([
      createSpan({ trace: '1', id: 'a', name: 'loadgen', endMs: NOON + 10 }),
      createSpan({ trace: '1', id: 'b', parent: 'a', name: 'works.read', endMs: NOON + 30 }),
      createSpan({
        trace: '2',
        id: 'a',
        name: 'loadgen run',
        endMs: NOON + 2000,
        attributes: {
          'run id': 'a "b" c',
          'service.name': 'loadgen',
          '/http/url': 'http://x:8080/a',
          empty: '',
        },
      }),
      createSpan({ trace: '3', id: 'b', parent: 'f', name: 'client', endMs: NOON + 5 }),
    ]);
    const cases: [string, string[]][] = [
      ['', ['1', '2', '3']],
      ['root:load', ['1', '2']],
      ['load', ['1', '2']],
      ['+root:loadgen', ['1']],
      ['+loadgen', ['1']],
      ['+root:"loadgen run"', ['2']],
      ['root:client', []],
      ['span:client', ['3']],
      ['+span:works.read', ['1']],
      ['+span:works', []],
      ['latency:30', ['1', '2']],
      ['latency:30ms', ['1', '2']],
      ['latency:1.5s', ['2']],
      ['latency:31000000ns', ['2']],
      ['label:service.name', ['2']],
      ['label:empty', ['2']],
      ['label:service', []],
      ['service.name:load', ['2']],
      ['+service.name:load', []],
      ['+service.name:loadgen', ['2']],
      ['+"run id":"a \\"b\\" c"', ['2']],
      ['url:http://x:8080/', ['2']],
      ['+url:http://x:8080/a', ['2']],
      ['url:http://x:9', []],
      ['+span:loadgen latency:20', ['1']],
      ['root:load +service.name:other', []],
    ];
    for (const [filter, expected] of cases) {
      // A page costs 25 of 300 units a minute.
      time.nowMs += 60_000;
      assert.deepEqual((await ids({ filter, orderBy: 'trace_id' })).sort(), expected, filter);
    }
  });

  test('cuts by time, both ends included', async (t) => {
    const { cloud, ids } = await setUp(t);
    for (const [trace, startMs] of [
      ['1', NOON],
      ['2', NOON + 1000],
    ] as const) {
      cloud.traceStore.write([createSpan({ trace, id: 'a', startMs, endMs: startMs + 100 })]);
    }
    assert.deepEqual(await ids({ startTime: iso(NOON + 100) }), ['2', '1']);
    assert.deepEqual(await ids({ startTime: iso(NOON + 101) }), ['2']);
    assert.deepEqual(await ids({ endTime: iso(NOON + 999) }), ['1']);
    assert.deepEqual(await ids({ endTime: iso(NOON + 1000) }), ['2', '1']);
    assert.deepEqual(await ids({ endTime: '2026-03-02T12:00:00.999999Z' }), ['1']);
  });

  test('orders by one field, down where asked', async (t) => {
    const { cloud, ids } = await setUp(t);
    const traces = [
      ['1', 'b', 20, 5],
      ['2', 'c', 10, 7],
      ['3', 'a', 30, 6],
    ] as const;
    for (const [trace, name, start, duration] of traces) {
      const startMs = NOON + start;
      cloud.traceStore.write([
        createSpan({ trace, id: 'a', name, startMs, endMs: startMs + duration }),
      ]);
    }
    assert.deepEqual(await ids({ orderBy: 'trace_id desc' }), ['3', '2', '1']);
    assert.deepEqual(await ids({ orderBy: 'name' }), ['3', '1', '2']);
    assert.deepEqual(await ids({ orderBy: 'duration desc' }), ['2', '3', '1']);
    assert.deepEqual(await ids({ orderBy: 'start' }), ['2', '1', '3']);
    await assert.rejects(
      ids({ orderBy: 'size' }),
      failsWith(400, 'INVALID_ARGUMENT', /'orderBy': "size"; allowed: trace_id/),
    );
  });

  test('pages, at most 100 complete traces at once', async (t) => {
    const { cloud, list } = await setUp(t);
    for (let i = 1; i <= 120; i += 1) {
      cloud.traceStore.write([createSpan({ trace: i.toString(16), id: 'a' })]);
    }
    const first = await list({ view: 'COMPLETE', pageSize: 1000, orderBy: 'trace_id' });
    assert.equal(first.traces?.length, 100);
    assert.equal(first.traces?.[0]?.spans?.length, 1);
    const pageToken = first.nextPageToken ?? assert.fail('there is a second page');
    // A trace that comes meanwhile neither repeats nor hides one of the second page.
    cloud.traceStore.write([createSpan({ trace: '1000', id: 'a' })]);
    const second = await list({ view: 'COMPLETE', pageSize: 20, orderBy: 'trace_id', pageToken });
    assert.deepEqual(
      second.traces?.map(({ traceId }) => Number.parseInt(traceId ?? '', 16)),
      Array.from({ length: 20 }, (_, i) => 101 + i),
    );
    await assert.rejects(
      list({ view: 'MINIMAL', orderBy: 'trace_id', pageToken }),
      failsWith(400, 'INVALID_ARGUMENT', /pageToken/),
    );
    const minimal = await list({ pageSize: 1000 });
    assert.equal(minimal.traces?.length, 121);
    assert.equal(minimal.nextPageToken, undefined);
    assert.equal(minimal.traces?.[0]?.spans, undefined);
  });

  test('lists at most 1,000 traces at once, and of one trace at most 10,000 spans', async (t) => {
    const { cloud, traces, projectId, list } = await setUp(t);
    for (let trace = 1; trace <= 1_001; trace += 1) {
      cloud.traceStore.write([createSpan({ trace: String(trace), id: 'a' })]);
    }
    const page = await list({ pageSize: 5_000 });
    assert.equal(page.traces?.length, 1_000);
    const rest = await list({ pageSize: 5_000, pageToken: page.nextPageToken ?? '' });
    assert.equal(rest.traces?.length, 1);
    const long = Array.from({ length: 10_001 }, (_, index) =>
      createSpan({ trace: 'f', id: (index + 1).toString(16) }),
    );
    cloud.traceStore.write(long);
    const { data } = await traces.get({ projectId, traceId: 'f'.padStart(32, '0') });
    assert.equal(data.spans?.length, 10_000);
  });

  test('ROOTSPAN gives the roots alone; copies of a span come twice', async (t) => {
    const { cloud, list } = await setUp(t);
    const root = createSpan({ trace: '1', id: 'a', name: 'loadgen' });
    cloud.traceStore.write([root, createSpan({ trace: '1', id: 'b', parent: 'a' }), root]);
    const names = async (view: string) =>
      (await list({ view })).traces?.[0]?.spans?.map(({ name }) => name);
    assert.deepEqual(await names('ROOTSPAN'), ['loadgen', 'loadgen']);
    assert.deepEqual(await names('COMPLETE'), ['loadgen', 'span', 'loadgen']);
  });

  test('an empty answer has no list at all', async (t) => {
    const { list } = await setUp(t);
    assert.deepEqual(await list({}), {});
  });

  test('answers 404, 400, 403 and 401 in the shape of Google', async (t) => {
    const { cloud, traces, projectId } = await setUp(t);
    const get = (params: { projectId: string; traceId: string }, headers = {}) =>
      traces.get(params, { headers, retry: false });
    const traceId = '1'.padStart(32, '0');
    await assert.rejects(get({ projectId, traceId }), failsWith(404, 'NOT_FOUND', /not found/));
    await assert.rejects(
      get({ projectId, traceId: 'xyz' }),
      failsWith(400, 'INVALID_ARGUMENT', /'traceId': "xyz"/),
    );
    await assert.rejects(
      get({ projectId: 'not-ours', traceId }),
      failsWith(403, 'PERMISSION_DENIED', /does not have permission/),
    );
    await assert.rejects(
      get({ projectId, traceId }, { authorization: 'Bearer made-up' }),
      failsWith(401, 'UNAUTHENTICATED', /invalid authentication credentials/),
    );
    const stranger = cloud.tokens.issueAccessToken('x@elsewhere.iam.gserviceaccount.com').token;
    await assert.rejects(
      get({ projectId, traceId }, { authorization: `Bearer ${stranger}` }),
      failsWith(403, 'PERMISSION_DENIED', /does not have permission/),
    );
  });

  test('300 read units a minute: 12 lists, or 300 gets, then 429', async (t) => {
    const { cloud, traces, projectId, list, time } = await setUp(t);
    const span = createSpan({ trace: '1', id: 'a' });
    cloud.traceStore.write([span]);
    for (let i = 0; i < 11; i += 1) await list({});
    for (let i = 0; i < 25; i += 1) await traces.get({ projectId, traceId: span.traceId });
    await assert.rejects(
      traces.get({ projectId, traceId: span.traceId }, { retry: false }),
      failsWith(429, 'RESOURCE_EXHAUSTED', /Quota exceeded for quota metric 'Read units'/),
    );
    time.nowMs += 60_000;
    for (let i = 0; i < 12; i += 1) await list({});
    await assert.rejects(list({}), failsWith(429, 'RESOURCE_EXHAUSTED', /Read units/));
  });

  test('names what of a filter it cannot read', async (t) => {
    const { list } = await setUp(t);
    for (const filter of ['latency:soon', 'root:', '"open', '+']) {
      await assert.rejects(
        list({ filter }),
        failsWith(400, 'INVALID_ARGUMENT', /Invalid filter/),
        filter,
      );
    }
  });
});
