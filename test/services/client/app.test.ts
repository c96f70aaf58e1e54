import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { AppError, type ErrorKind } from '../../../lib/errors.ts';
import {
  ATTR,
  EVENT,
  PRESSURE_HEADER,
  SPAN,
  UNEXPECTED_RESULT,
} from '../../../lib/telemetry/names.ts';
import { type ClientLimits, createApp } from '../../../services/client/app.ts';
import type { ShakespeareClient } from '../../../services/client/shakespeare-client.ts';
import { runUnderPressure } from '../../lib/telemetry/running-pressure.ts';
import { recordLog } from '../log-lines.ts';
import { recordSpans } from '../spans.ts';

const spans = recordSpans();

function start(
  t: TestContext,
  server: Partial<ShakespeareClient> = {},
  knownCount = 5,
  limits?: ClientLimits,
) {
  spans.reset();
  const asked: string[] = [];
  const { logger, lines } = recordLog();
  const app = createApp({
    server: {
      getMatchCount: async (query) => {
        asked.push(query);
        return 5n;
      },
      checkHealth: async () => {},
      close: () => {},
      ...server,
    },
    knownQueries: { love: knownCount },
    random: () => 0,
    logger,
    ...(limits ? { limits } : {}),
  });
  t.after(() => app.close());
  return { app, asked, lines };
}

const failing = (error: unknown): Partial<ShakespeareClient> => ({
  getMatchCount: () => Promise.reject(error),
});

describe('GET /?q=', () => {
  const taken: [title: string, url: string, query: string][] = [
    ['a word', '/?q=love', 'love'],
    ['blanks written as +', '/?q=to+be', 'to be'],
    ['blanks written as %20', '/?q=to%20be', 'to be'],
    ['a plus sign', '/?q=a%2Bb', 'a+b'],
    ['an equals sign', '/?q=a=b', 'a=b'],
    ['letters beyond ASCII', '/?q=%C3%A4', 'ä'],
    ['an encoded ampersand', '/?q=a%26q=b', 'a&q=b'],
    ['an encoded name', '/?%71=love', 'love'],
    ['exactly 1,024 bytes', `/?q=${'%C3%A4'.repeat(512)}`, 'ä'.repeat(512)],
  ];
  for (const [title, url, query] of taken) {
    test(`takes ${title} and answers with query and count`, async (t) => {
      const { app, asked } = start(t);
      const response = await app.inject(url);
      assert.equal(response.statusCode, 200);
      assert.deepEqual(response.json(), { query, matchCount: 5, match_count: 5 });
      assert.deepEqual(asked, [query]);
    });
  }

  const refused: [title: string, url: string, says: RegExp][] = [
    ['an empty q', '/?q=', /the query is empty; allowed: text of 1 to 1024 bytes/],
    ['a q without a value', '/?q', /the query is empty/],
    ['a q of 1,025 bytes', `/?q=${'x'.repeat(1_025)}`, /has 1025 bytes; allowed: .* 1024/],
    ['a q with a line feed', '/?q=a%0Ab', /holds a line break; allowed: .*without a line break/],
    ['a q with a carriage return', '/?q=a%0Db', /holds a line break/],
    ['two q', '/?q=a&q=b', /q is repeated; allowed: one parameter, q/],
    ['an unknown parameter', '/?query=love', /unknown parameter "query"; allowed: one .*, q/],
    ['an unknown parameter beside q', '/?q=love&x=1', /unknown parameter "x"/],
    ['bytes that are not UTF-8', '/?q=%ff', /"%ff" is not valid; allowed: .*UTF-8/],
    ['a broken escape', '/?q=%zz', /"%zz" is not valid/],
    ['__proto__', '/?__proto__=1', /unknown parameter "__proto__"/],
  ];
  for (const [title, url, says] of refused) {
    test(`refuses ${title} with 400 and says what is allowed`, async (t) => {
      const { app, asked } = start(t);
      const response = await app.inject(url);
      assert.equal(response.statusCode, 400);
      assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
      const problem = response.json();
      assert.deepEqual(
        [problem.type, problem.title, problem.status],
        ['tag:shakesapp,2026:invalid-argument', 'Invalid request', 400],
      );
      assert.match(problem.detail, says);
      assert.equal(response.headers['retry-after'], undefined);
      assert.deepEqual(asked, []);
    });
  }

  for (const [title, headers, timeoutMs] of [
    ['tells the server how long the caller waits', { 'shakesapp-timeout-ms': '1500' }, 1_500],
    ['leaves the time to its own deadline where the caller says nothing', {}, undefined],
  ] as const) {
    test(title, async (t) => {
      const seen: unknown[] = [];
      const getMatchCount: ShakespeareClient['getMatchCount'] = async (_query, options) => {
        seen.push(options?.timeoutMs);
        return 5n;
      };
      const { app } = start(t, { getMatchCount });
      await app.inject({ url: '/?q=love', headers });
      assert.deepEqual(seen, [timeoutMs]);
    });
  }

  test('refuses a timeout that is not one with 400, names the header and asks no server', async (t) => {
    const { app, asked } = start(t);
    const response = await app.inject({
      url: '/?q=love',
      headers: { 'shakesapp-timeout-ms': '10s' },
    });
    assert.equal(response.statusCode, 400);
    assert.match(response.json().detail, /the header shakesapp-timeout-ms is not valid; allowed: /);
    assert.deepEqual(asked, []);
  });

  test('does not check the count of a query that the caller named', async (t) => {
    const { app } = start(t, {}, 999);
    assert.equal((await app.inject('/?q=love')).statusCode, 200);
  });

  test('is exact up to the greatest number that JSON readers hold', async (t) => {
    const { app } = start(t, { getMatchCount: async () => 2n ** 53n - 1n });
    assert.equal(
      (await app.inject('/?q=x')).body,
      '{"query":"x","matchCount":9007199254740991,"match_count":9007199254740991}',
    );
  });

  for (const count of [2n ** 53n, -1n]) {
    test(`answers 502 to a count of ${count} rather than round it`, async (t) => {
      const { app } = start(t, { getMatchCount: async () => count });
      assert.equal((await app.inject('/?q=x')).statusCode, 502);
    });
  }
});

describe('GET / without q', () => {
  test('takes a known query and answers its count where that is right', async (t) => {
    const { app, asked } = start(t);
    assert.deepEqual((await app.inject('/')).json(), {
      query: 'love',
      matchCount: 5,
      match_count: 5,
    });
    assert.deepEqual(asked, ['love']);
  });

  test('answers 500 to a wrong count and marks the span', async (t) => {
    const { app } = start(t, {}, 3_040);
    const response = await app.inject('/');
    assert.equal(response.statusCode, 500);
    const problem = response.json();
    assert.equal(problem.title, 'Unexpected result');
    assert.equal(problem.detail, 'the match count of "love" is 5, expected 3040');
    const [span] = spans.named(SPAN.client);
    assert.equal(span?.status.code, 2);
    assert.equal(span?.attributes[ATTR.errorType], UNEXPECTED_RESULT);
    assert.equal(span?.attributes[ATTR.expectedCount], 3_040);
    assert.equal(span?.attributes[ATTR.matchCount], 5);
  });
});

describe('errors of the server', () => {
  const rows: [kind: ErrorKind, statusCode: number, retryAfter: string | undefined][] = [
    ['invalidArgument', 400, undefined],
    ['failedPrecondition', 502, undefined],
    ['badUpstream', 502, '1'],
    ['unavailable', 503, '1'],
    ['deadlineExceeded', 504, '1'],
    ['internal', 500, undefined],
  ];
  for (const [kind, statusCode, retryAfter] of rows) {
    test(`answers ${statusCode} to ${kind}, without its cause`, async (t) => {
      const cause = new Error('secret of the inside');
      const { app, lines } = start(t, failing(new AppError(kind, 'for the caller', { cause })));
      const response = await app.inject('/?q=love');
      assert.equal(response.statusCode, statusCode);
      assert.equal(response.headers['retry-after'], retryAfter);
      assert.equal(response.json().status, statusCode);
      assert.equal(response.json().detail, 'for the caller');
      assert.doesNotMatch(response.body, /secret/);
      assert.match(JSON.stringify(lines), /secret of the inside/);
      assert.equal(spans.named(SPAN.client)[0]?.attributes[ATTR.errorType], kind);
    });
  }

  test('answers 500 to anything unforeseen, and the reason goes to the log only', async (t) => {
    const { app, lines } = start(t, failing(new TypeError('secret is not a function')));
    const response = await app.inject('/?q=love');
    assert.equal(response.statusCode, 500);
    assert.doesNotMatch(response.body, /secret|TypeError|\.ts/);
    assert.match(JSON.stringify(lines), /secret is not a function/);
    assert.equal(lines[0]?.severity, 'ERROR');
  });

  test('carry the trace id of the request', async (t) => {
    const { app } = start(t, failing(new AppError('unavailable', 'not now')));
    await trace.getTracer('test').startActiveSpan('http server', async (span) => {
      const response = await app.inject('/?q=love');
      assert.equal(response.json().traceId, span.spanContext().traceId);
      span.end();
    });
  });
});

describe('paths and methods', () => {
  for (const path of ['/health', '/_healthz']) {
    test(`answers ok to GET ${path}, without asking the server`, async (t) => {
      const { app } = start(t, { checkHealth: () => Promise.reject(new Error('asked')) });
      const response = await app.inject(path);
      assert.deepEqual([response.statusCode, response.body], [200, 'ok']);
      assert.match(String(response.headers['content-type']), /^text\/plain/);
    });
  }

  test('answers ready where the server is', async (t) => {
    const { app } = start(t);
    const response = await app.inject('/ready');
    assert.deepEqual([response.statusCode, response.body], [200, 'ready']);
  });

  test('answers 503 to /ready where the server is not', async (t) => {
    const { app } = start(t, {
      checkHealth: () => Promise.reject(new AppError('unavailable', 'not now')),
    });
    const response = await app.inject('/ready');
    assert.equal(response.statusCode, 503);
    assert.equal(response.headers['retry-after'], '1');
  });

  for (const url of ['/nothing', '/health/', '//', '/favicon.ico']) {
    test(`answers 404 to ${url} and names the paths there are`, async (t) => {
      const { app } = start(t);
      const response = await app.inject(url);
      assert.equal(response.statusCode, 404);
      assert.match(response.json().detail, /allowed: \/, \/health, \/_healthz, \/ready/);
    });
  }

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const) {
    test(`answers 405 to ${method} / and says what is allowed`, async (t) => {
      const { app, asked } = start(t);
      const response = await app.inject({ method, url: '/?q=love' });
      assert.equal(response.statusCode, 405);
      assert.equal(response.headers.allow, 'GET, HEAD');
      assert.equal(response.json().detail, 'allowed methods: GET, HEAD');
      assert.deepEqual(asked, []);
    });
  }

  test('answers 405 to a body of any type, unread', async (t) => {
    const { app } = start(t);
    for (const type of ['application/json', 'application/x-unheard-of']) {
      const headers = { 'content-type': type };
      const request = { method: 'POST', url: '/', headers, payload: '{' } as const;
      assert.equal((await app.inject(request)).statusCode, 405);
    }
  });

  test('answers 400 to a path that cannot be decoded', async (t) => {
    const { app, lines } = start(t);
    const response = await app.inject('/%zz');
    assert.equal(response.statusCode, 400);
    assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
    assert.equal(lines.length, 1);
  });

  test('answers 400 with a problem to what is not HTTP', async (t) => {
    const { app } = start(t);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.end('NOT HTTP\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
    assert.match(answer, /"detail":"the request is not valid HTTP"/);
  });

  test('answers 417 with a problem to an expectation that it does not know', async (t) => {
    const { app } = start(t);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 417 .*content-type: application\/problem\+json/s);
    assert.match(answer, /"detail":"the Expect header is not known; allowed: 100-continue"/);
  });

  test('answers 400 with a problem to a request without a host', async (t) => {
    const { app } = start(t);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.end('GET /health HTTP/1.1\r\nConnection: close\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/);
    assert.match(answer, /"detail":"the request has no Host header"/);
  });
});

describe('a line of the log', () => {
  test('holds a bounded part of a long URL', async (t) => {
    const { app, lines } = start(t);
    await app.inject(`/${'x'.repeat(5_000)}?q=${'y'.repeat(5_000)}`);
    assert.ok(JSON.stringify(lines[0]?.httpRequest).length < 1_200);
    assert.ok(String(lines[0]?.message).length < 220);
  });
});

describe('the pressure on the queues of spans', () => {
  test('is told with every answer but those of probes', async (t) => {
    runUnderPressure(t, 0.5);
    const { app } = start(t);
    const told = async (path: string) => (await app.inject(path)).headers[PRESSURE_HEADER];
    assert.equal(await told('/?q=love'), '0.50');
    assert.equal(await told('/?q='), '0.50');
    for (const path of ['/health', '/_healthz', '/ready'])
      assert.equal(await told(path), undefined);
  });
});

describe('the client span', () => {
  test('holds the query, the count and two events around the one call', async (t) => {
    const { app } = start(t);
    await app.inject('/?q=love');
    const [span, ...others] = spans.named(SPAN.client);
    assert.equal(others.length, 0);
    assert.deepEqual(span?.attributes, { [ATTR.query]: 'love', [ATTR.matchCount]: 5 });
    assert.deepEqual(
      span?.events.map(({ name }) => name),
      [EVENT.serverCallStart, EVENT.serverCallEnd],
    );
  });

  test('has the end of the call also where it fails', async (t) => {
    const { app } = start(t, failing(new AppError('unavailable', 'not now')));
    await app.inject('/?q=love');
    const events = spans.named(SPAN.client)[0]?.events.map(({ name }) => name);
    assert.deepEqual(events, [EVENT.serverCallStart, EVENT.serverCallEnd, 'exception']);
  });

  test('is not written for health checks', async (t) => {
    const { app } = start(t);
    for (const path of ['/health', '/_healthz', '/ready']) await app.inject(path);
    assert.equal(spans.named(SPAN.client).length, 0);
  });
});

describe('a caller that goes away', () => {
  test('cancels the call of the server and is logged as 499', async (t) => {
    const called = Promise.withResolvers<AbortSignal>();
    const { app, lines } = start(t, {
      getMatchCount: (_query, { signal } = {}) => {
        assert.ok(signal);
        called.resolve(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET /?q=love HTTP/1.1\r\nHost: client\r\n\r\n');
    const signal = await called.promise;
    socket.destroy();
    if (!signal.aborted) await once(signal, 'abort');
    while (lines.length === 0 || spans.named(SPAN.client).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      lines.map((line) => line.message),
      ['GET / 499'],
    );
    assert.equal(spans.named(SPAN.client)[0]?.attributes[ATTR.errorType], 'cancelled');
  });
});

describe('the request log', () => {
  test('has one line a request, with its outcome, and none for probes that pass', async (t) => {
    const { app, lines } = start(t);
    for (const url of ['/?q=love', '/health', '/ready', '/?q=', '/nothing']) await app.inject(url);
    assert.deepEqual(
      lines.map(({ severity, message }) => [severity, message]),
      [
        ['INFO', 'GET / 200'],
        ['INFO', 'GET / 400'],
        ['INFO', 'GET /nothing 404'],
      ],
    );
    const request = lines[0]?.httpRequest as Record<string, unknown>;
    assert.equal(request.requestUrl, '/?q=love');
    assert.match(String(request.latency), /^\d+\.\d{6}s$/);
  });

  test('says of a server that is not ready yet why, and that nothing is amiss', async (t) => {
    const cause = new Error('14 UNAVAILABLE: No connection established');
    const error = new AppError('unavailable', 'not now', { cause });
    const { app, lines } = start(t, {
      checkHealth: () => Promise.reject(error),
      getMatchCount: () => Promise.reject(error),
    });
    for (const url of ['/ready', '/?q=love']) await app.inject(url);
    assert.deepEqual(
      lines.map(({ severity, message, reason, error: logged }) => [
        severity,
        message,
        reason,
        logged !== undefined,
      ]),
      [
        ['INFO', 'GET /ready 503', String(cause), false],
        ['WARNING', 'GET / 503', undefined, true],
      ],
    );
  });

  test('warns of a probe that fails for any other reason', async (t) => {
    const error = new AppError('badUpstream', 'the server returned an unusable answer');
    const { app, lines } = start(t, { checkHealth: () => Promise.reject(error) });
    await app.inject('/ready');
    assert.equal(lines[0]?.severity, 'WARNING');
    assert.ok(lines[0]?.error);
  });

  test('links its line to the trace of the request', async (t) => {
    const { app, lines } = start(t);
    await trace.getTracer('test').startActiveSpan('http server', async (span) => {
      await app.inject('/?q=love');
      const traceId = span.spanContext().traceId;
      assert.match(String(lines[0]?.['logging.googleapis.com/trace']), new RegExp(traceId));
      span.end();
    });
  });
});

describe('what callers may take of client', () => {
  const limits = { connections: 10, requests: 2, receiveTimeoutMs: 60_000, lastUseMs: 1_000 };

  test('is 503 with Retry-After for a request beyond the limit, and no probe is refused', async (t) => {
    const answers: ((count: bigint) => void)[] = [];
    const waiting = () => new Promise<bigint>((resolve) => answers.push(resolve));
    const { app } = start(t, { getMatchCount: waiting }, 5, limits);
    // fastify sends nothing before somebody waits for the answer.
    const ask = () => app.inject('/?q=love').then((response) => response);
    const taken = [ask(), ask()];
    assert.equal((await app.inject('/health')).statusCode, 200);
    while (answers.length < 2) await app.inject('/health');
    const refused = await ask();
    assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '1']);
    assert.match(refused.json().detail, /allowed: 2$/);
    assert.equal((await app.inject('/ready')).statusCode, 200);
    for (const answer of answers) answer(5n);
    for (const { statusCode } of await Promise.all(taken)) assert.equal(statusCode, 200);
    const next = ask();
    while (answers.length < 3) await app.inject('/health');
    answers[2]?.(5n);
    assert.equal((await next).statusCode, 200);
  });

  test('is 408 for headers that do not come to their end', async (t) => {
    const { app } = start(t, {}, 5, { ...limits, receiveTimeoutMs: 50 });
    await app.listen({ host: '127.0.0.1', port: 0 });
    // Node times this by its own clock, which no test can move. The caller never sends the rest, so
    // on a slow machine the answer only comes later; no network, on which the end of the connection
    // could overtake the answer.
    const [caller, served] = duplexPair();
    caller.write('GET / HTTP/1.1\r\nHo');
    app.server.emit('connection', served);
    assert.match(await text(caller), /^HTTP\/1.1 408 .*did not arrive in time/s);
  });

  /** What client answers to a request with these headers. */
  async function send(t: TestContext, headers: string) {
    const { app } = start(t);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`GET /?q=love HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
    return text(socket);
  }

  test('is 431 for more than 16 KiB of headers', async (t) => {
    assert.match(await send(t, `X: ${'x'.repeat(16_000)}\r\n`), /^HTTP\/1.1 200 /);
    const answer = await send(t, `X: ${'x'.repeat(17_000)}\r\n`);
    assert.match(answer, /^HTTP\/1.1 431 .*allowed: 16384 bytes/s);
  });

  test('is 431 for more than 1,000 headers', async (t) => {
    // Two stand before these.
    assert.match(await send(t, 'a:\r\n'.repeat(998)), /^HTTP\/1.1 200 /);
    assert.match(await send(t, 'a:\r\n'.repeat(999)), /^HTTP\/1.1 431 .*in 1000 headers/s);
  });

  test('is no connection beyond the limit', async (t) => {
    const { app } = start(t, {}, 5, { ...limits, connections: 1 });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const first = connect(port, '127.0.0.1');
    t.after(() => first.destroy());
    first.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(first, 'data');
    const second = connect(port, '127.0.0.1').on('error', () => {});
    assert.equal(await text(second).catch(() => ''), '');
  });
});
