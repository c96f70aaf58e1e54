import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { describe, it } from 'node:test';
import {
  type Refusal,
  UNAVAILABLE,
} from '../../../../../tools/local/platforms/cloud-run/refusal.ts';
import type { Service } from '../../../../../tools/local/platforms/cloud-run/service.ts';
import { CLOUD_RUN_KNOBS } from '../../../../../tools/local/platforms/knobs.ts';
import { createManualClock } from '../manual-clock.ts';
import { get, startContainer, startHarness, testAuthority } from './harness.ts';

const TRACE = '0123456789abcdef0123456789abcdef';
const CONTEXT = `${TRACE}/17;o=1`;
const B3 = `${TRACE}-0000000000000011-1`;

/** Echoes what the container saw. */
const echo = (
  request: import('node:http').IncomingMessage,
  response: import('node:http').ServerResponse,
) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers, httpVersion } = request;
    const body = Buffer.concat(chunks).toString();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, httpVersion, body }));
  });
};

describe('front end: HTTP to an HTTP/1.1 container', () => {
  it('passes method, path, host, headers and body on and adds who asked', async (t) => {
    const upstream = await startContainer(t, echo);
    const { origin } = await startHarness(t, { upstream });
    const answer = await get(`${origin}/a/b?q=world`, {
      method: 'POST',
      body: 'text',
      headers: { 'x-mine': 'kept', 'x-forwarded-for': '192.0.2.1' },
    });
    const seen = JSON.parse(answer.body);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.deepEqual(
      [seen.method, seen.url, seen.body, seen.httpVersion],
      ['POST', '/a/b?q=world', 'text', '1.1'],
    );
    assert.equal(seen.headers.host, new URL(origin).host);
    assert.equal(seen.headers['x-mine'], 'kept');
    assert.equal(seen.headers['x-forwarded-proto'], 'https');
    assert.equal(seen.headers['x-forwarded-for'], '192.0.2.1,127.0.0.1');
  });

  it('keeps what is of one connection alone to itself, but gives gRPC its te', async (t) => {
    const upstream = await startContainer(t, echo);
    const { origin } = await startHarness(t, { upstream });
    const seen = async (headers: Record<string, string>) =>
      JSON.parse((await get(origin, { headers })).body).headers;
    const http = await seen({ te: 'trailers', 'keep-alive': 'timeout=9', 'proxy-connection': 'x' });
    assert.deepEqual(
      ['te', 'keep-alive', 'proxy-connection'].filter((name) => name in http),
      [],
    );
    const grpc = await seen({ te: 'trailers', 'content-type': 'application/grpc' });
    assert.equal(grpc.te, 'trailers');
  });

  it('keeps an idle connection for longer than any caller does', async (t) => {
    const upstream = await startContainer(t, echo);
    const { origin } = await startHarness(t, { upstream });
    const { headers } = await get(origin, { headers: { connection: 'keep-alive' } });
    assert.equal(headers['keep-alive'], 'timeout=620');
  });

  it('takes HTTP/2 outside', async (t) => {
    const upstream = await startContainer(t, echo);
    const { origin } = await startHarness(t, { upstream });
    const session = connectHttp2(origin, { ca: (await testAuthority()).certPem });
    t.after(() => session.destroy());
    const stream = session.request({ ':method': 'POST', ':path': '/two', 'x-mine': 'kept' });
    stream.end('text');
    const [head] = await once(stream, 'response');
    const chunks = await stream.toArray();
    const seen = JSON.parse(Buffer.concat(chunks).toString());
    assert.equal(head[':status'], 200);
    assert.deepEqual([seen.method, seen.url, seen.body], ['POST', '/two', 'text']);
    assert.equal(seen.headers.host, new URL(origin).host);
  });

  it('answers HEAD, 204 and 304 without a body on both versions', async (t) => {
    const upstream = await startContainer(t, (request, response) => {
      response.writeHead(Number(request.url?.slice(1))).end();
    });
    const { origin } = await startHarness(t, { upstream });
    const session = connectHttp2(origin, { ca: (await testAuthority()).certPem });
    t.after(() => session.destroy());
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ] as const) {
      const one = await get(`${origin}/${status}`, { method });
      assert.deepEqual([one.status, one.body], [status, '']);
      const stream = session.request({ ':method': method, ':path': `/${status}` });
      const [head] = await once(stream, 'response');
      assert.equal(head[':status'], status);
      assert.deepEqual(await stream.toArray(), []);
    }
  });

  it('passes trailers and a streamed body on as they come', async (t) => {
    const gate = Promise.withResolvers<void>();
    const upstream = await startContainer(t, async (_, response) => {
      response.setHeader('trailer', 'x-sum');
      response.write('one');
      await gate.promise;
      response.addTrailers({ 'x-sum': '42' });
      response.end('two');
    });
    const { origin } = await startHarness(t, { upstream });
    const session = connectHttp2(origin, { ca: (await testAuthority()).certPem });
    t.after(() => session.destroy());
    const stream = session.request({ ':path': '/' });
    const trailers = once(stream, 'trailers');
    const [first] = await once(stream, 'data');
    assert.equal(String(first), 'one');
    gate.resolve();
    assert.equal((await trailers)[0]['x-sum'], '42');
    const answer = await get(origin);
    assert.deepEqual([answer.body, answer.trailers['x-sum']], ['onetwo', '42']);
  });

  it('cancels the container’s work when the caller goes away', async (t) => {
    const began = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const upstream = await startContainer(t, (_, response) => {
      response.once('close', () => aborted.resolve());
      began.resolve();
    });
    const { origin } = await startHarness(t, { upstream });
    const caller = new AbortController();
    const answer = get(origin, { signal: caller.signal });
    await began.promise;
    caller.abort();
    await assert.rejects(answer, { name: 'AbortError' });
    await aborted.promise;
  });

  it('answers 503 when the container breaks off before its head, and breaks off after it', async (t) => {
    const upstream = await startContainer(t, (request, response) => {
      if (request.url === '/late') response.write('some', () => response.destroy());
      else response.destroy();
    });
    const { origin } = await startHarness(t, { upstream });
    const answer = await get(origin);
    assert.equal(answer.status, 503);
    assert.match(answer.body, /503 Server Error/);
    await assert.rejects(get(`${origin}/late`), { code: 'ECONNRESET' });
  });

  it('answers 504 at the request timeout and cancels the container', async (t) => {
    const began = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const upstream = await startContainer(t, (_, response) => {
      response.once('close', () => aborted.resolve());
      began.resolve();
    });
    const clock = createManualClock();
    const requestTimeoutMs = { ...CLOUD_RUN_KNOBS.requestTimeoutMs, client: 20 };
    const { origin } = await startHarness(t, { upstream, knobs: { requestTimeoutMs }, clock });
    const answered = get(origin);
    // A request that runs out of time on the way is cancelled before its container sees it.
    await began.promise;
    clock.advance(20);
    const answer = await answered;
    assert.deepEqual([answer.status, answer.body], [504, 'upstream request timeout']);
    await aborted.promise;
  });
});

describe('front end: instances', () => {
  const waiting = () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const given = Promise.withResolvers<Refusal>();
    const instances: Service = {
      acquire(gone) {
        asked.resolve(gone);
        return given.promise;
      },
      release: () => assert.fail('there is none to give back'),
      instances: () => [],
      close: () => Promise.resolve(),
    };
    return { instances, asked: asked.promise, give: given.resolve };
  };

  it('lets the one who waits for an instance go when the caller has gone', async (t) => {
    const upstream = await startContainer(t, echo);
    const { instances, asked, give } = waiting();
    const { origin } = await startHarness(t, { upstream, instances });
    const caller = new AbortController();
    const answer = get(origin, { signal: caller.signal });
    const gone = await asked;
    assert.equal(gone.aborted, false);
    caller.abort();
    await assert.rejects(answer, { name: 'AbortError' });
    if (!gone.aborted) await once(gone, 'abort');
    give(UNAVAILABLE('the caller went away'));
  });

  it('closes when its last request is done with', async (t) => {
    const upstream = await startContainer(t, echo);
    const { instances, asked, give } = waiting();
    const { origin, close } = await startHarness(t, { upstream, instances });
    const answer = get(origin).catch(() => {});
    await asked;
    let closed = false;
    const closing = close().then(() => {
      closed = true;
    });
    await answer;
    await new Promise(setImmediate);
    assert.equal(closed, false);
    give(UNAVAILABLE('the platform is closing'));
    await closing;
  });
});

describe('front end: reserved paths', () => {
  for (const path of ['/healthz', '/_healthz', '/_ah/start', '/_ah', '/xyz?q=a']) {
    it(`answers 404 to ${path} and no container sees it`, async (t) => {
      const upstream = await startContainer(t, () => assert.fail('reached the container'));
      const { origin, refusals } = await startHarness(t, { upstream });
      const answer = await get(`${origin}${path}`);
      assert.equal(answer.status, 404);
      assert.match(answer.body, /404 Page not found/);
      assert.equal(refusals.length, 1);
    });
  }

  it('lets a z in the query pass', async (t) => {
    const upstream = await startContainer(t, echo);
    const { origin } = await startHarness(t, { upstream });
    assert.equal((await get(`${origin}/?q=z`)).status, 200);
  });
});

describe('front end: trace headers', () => {
  it('puts its own span in place of the parent and leaves b3 alone', async (t) => {
    const upstream = await startContainer(t, echo);
    const { origin } = await startHarness(t, { upstream, knobs: { ownSpans: 'never' } });
    const headers = {
      'x-cloud-trace-context': CONTEXT,
      traceparent: `00-${TRACE}-0000000000000011-01`,
      tracestate: 'a=b',
      b3: B3,
    };
    const seen = JSON.parse((await get(origin, { headers })).body).headers;
    const [, spanId] = /^0123456789abcdef0123456789abcdef\/(\d+);o=1$/.exec(
      seen['x-cloud-trace-context'],
    ) ?? ['', ''];
    assert.notEqual(spanId, '17');
    const hex = BigInt(spanId ?? '')
      .toString(16)
      .padStart(16, '0');
    assert.equal(seen.traceparent, `00-${TRACE}-${hex}-01`);
    assert.equal(seen.tracestate, 'a=b');
    assert.equal(seen.b3, B3);
  });

  it('stores its own span between the caller’s and the container’s', async (t) => {
    const upstream = await startContainer(t, echo);
    const harness = await startHarness(t, { upstream, knobs: { ownSpans: 'always' } });
    const headers = { 'x-cloud-trace-context': CONTEXT };
    const seen = JSON.parse((await get(`${harness.origin}/?q=a`, { headers })).body).headers;
    const [span] = harness.spans;
    assert.equal(harness.spans.length, 1);
    assert.equal(span?.traceId, TRACE);
    assert.equal(span?.parentSpanId, '0000000000000011');
    assert.equal(seen['x-cloud-trace-context'], `${TRACE}/${BigInt(`0x${span?.spanId}`)};o=1`);
    assert.equal(span?.attributes['/http/status_code'], '200');
    assert.equal(span?.attributes['g.co/r/cloud_run_revision/service_name'], 'client');
    assert.ok(span && span.endMs >= span.startMs);
    assert.equal(span.status?.error, false);
  });

  it('stores its own span of a request that failed, too, as an error', async (t) => {
    const upstream = await startContainer(t, (_, response) => response.destroy());
    const { origin, spans } = await startHarness(t, { upstream, knobs: { ownSpans: 'always' } });
    await get(origin);
    const [span] = spans;
    assert.equal(span?.attributes['/http/status_code'], '503');
    assert.equal(span?.status?.error, true);
  });

  it('passes everything unchanged when told not to rewrite', async (t) => {
    const upstream = await startContainer(t, echo);
    const harness = await startHarness(t, {
      upstream,
      knobs: { rewriteParent: false, ownSpans: 'always' },
    });
    const headers = { 'x-cloud-trace-context': CONTEXT };
    const seen = JSON.parse((await get(harness.origin, { headers })).body).headers;
    assert.equal(seen['x-cloud-trace-context'], CONTEXT);
    assert.equal(seen.traceparent, undefined);
    assert.deepEqual(harness.spans, []);
  });

  it('keeps the sampled flag on HTTP when told to drop it on gRPC', async (t) => {
    const upstream = await startContainer(t, echo);
    const { origin } = await startHarness(t, { upstream, knobs: { dropSampledFlag: true } });
    const seen = async (headers: Record<string, string>) =>
      JSON.parse((await get(origin, { headers })).body).headers['x-cloud-trace-context'];
    const context = { 'x-cloud-trace-context': CONTEXT };
    assert.match(await seen(context), /;o=1$/);
    assert.match(await seen({ ...context, 'content-type': 'application/grpc' }), /\/\d+$/);
  });
});

describe('front end: added latency', () => {
  it('is put in front of the named service only', async (t) => {
    const upstream = await startContainer(t, echo);
    const clock = createManualClock();
    const addedLatencyMs = { loadgen: 0, client: 40, server: 0 };
    const knobs = { addedLatencyMs, ownSpans: 'always' } as const;
    const quick = await startHarness(t, { upstream, service: 'server', knobs, clock });
    const slow = await startHarness(t, { upstream, service: 'client', knobs, clock });
    const durationsMs = ({ spans }: typeof slow) =>
      spans.map(({ startMs, endMs }) => endMs - startMs);
    await get(quick.origin);
    assert.deepEqual(durationsMs(quick), [0]);
    const scheduled = clock.scheduled();
    const answer = get(slow.origin);
    await scheduled;
    clock.advance(40);
    assert.equal((await answer).status, 200);
    assert.deepEqual(durationsMs(slow), [40]);
  });
});
