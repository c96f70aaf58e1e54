import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createApp } from '../../../functions/loadgen/app.ts';
import { loadgenVariables } from '../../../functions/loadgen/config.ts';
import type { LoadSummary } from '../../../functions/loadgen/contract.ts';
import { RequestError } from '../../../functions/loadgen/request.ts';
import { createRuns } from '../../../functions/loadgen/runs.ts';
import { createServer } from '../../../functions/loadgen/server.ts';
import { systemClock } from '../../../lib/clock.ts';
import { parseEnv } from '../../../lib/config.ts';
import { recordLog } from '../../services/log-lines.ts';
import { type Asked, createFakeClient } from './fake-client.ts';

const config = parseEnv(loadgenVariables, {
  CLIENT_ADDR: 'client:80',
  KNOWN_QUERIES: '{"world":2}',
});
const { logger, lines } = recordLog();

let behave: (asked: Asked) => void = ({ count }) => count(2);
const client = createFakeClient((asked) => behave(asked));
const clock = systemClock;
const runs = createRuns({
  config,
  requests: client.requests,
  identity: undefined,
  clock,
  logger,
});
const { server } = createServer({ app: createApp({ runs, config, clock, logger }), logger });
let origin = '';

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

async function post(body: string, headers: Record<string, string> = {}, path = '/') {
  const response = await fetch(`${origin}${path}`, { method: 'POST', body, headers });
  return { response, body: (await response.json()) as Record<string, unknown> };
}

describe('POST /', () => {
  it('answers 200 with the summary of the run', async () => {
    const { response, body } = await post('{"requests":3,"intervalMs":1,"runId":"mine"}');
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual([body.runId, body.requests, body.sent, body.ok], ['mine', 3, 3, 3]);
  });

  for (const type of ['application/json', 'application/octet-stream', 'text/plain']) {
    it(`reads a JSON body sent as ${type}`, async () => {
      const { body } = await post('{"requests":1}', { 'content-type': type });
      assert.equal(body.requests, 1);
    });
  }

  it('answers 200 where every request failed, because a retry would fire the burst again', async (t) => {
    behave = ({ answer }) => answer({ status: 500, body: '' });
    t.after(() => {
      behave = ({ count }) => count(2);
    });
    const { response, body } = await post('{"requests":2,"intervalMs":1}');
    assert.equal(response.status, 200);
    assert.deepEqual([body.failed, body.errors], [2, { http_500: 2 }]);
  });

  it('answers 503 with the summary where no request could be sent', async (t) => {
    behave = ({ fail }) => fail(new RequestError('connect', false, 'secret-host refused'));
    t.after(() => {
      behave = ({ count }) => count(2);
    });
    const { response, body } = await post('{"requests":2,"intervalMs":1}');
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/problem+json');
    const summary = body.summary as LoadSummary;
    assert.deepEqual([summary.sent, summary.failed], [0, 2]);
    assert.ok(!JSON.stringify(body).includes('secret-host'));
  });

  it('answers 503 with Retry-After where there is no room for the run', async (t) => {
    const waiting: Asked[] = [];
    behave = (asked) => void waiting.push(asked);
    t.after(() => {
      behave = ({ count }) => count(2);
    });
    const all = '{"requests":1000,"intervalMs":0,"maxInFlight":1}';
    const runs = Array.from({ length: 4 }, () => post(all));
    while (waiting.length < 4) await turn();
    const { response, body } = await post('{"requests":1}');
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.equal(response.headers.get('retry-after'), '1');
    assert.match(String(body.detail), /allowed: 4000 in all/);
    for (const one of waiting) one.count(2);
    for (const { body } of await Promise.all(runs)) assert.equal(body.dropped, 999);
  });

  it('takes the scheduled minute from Cloud Scheduler’s header, and answers it once', async () => {
    const headers = { 'X-CloudScheduler-ScheduleTime': '2026-01-01T00:09:00Z' };
    const first = await post('{"requests":1}', headers);
    const second = await post('{"requests":1}', headers);
    assert.equal(first.body.scheduledMinute, '2026-01-01T00:09:00Z');
    assert.equal(first.body.duplicate, undefined);
    assert.equal(second.response.status, 200);
    assert.deepEqual(second.body, { ...first.body, duplicate: true });
  });

  it('goes on with the run when its caller goes away', async () => {
    const { port } = server.address() as AddressInfo;
    const asked = Promise.withResolvers<void>();
    const before = client.asked.length;
    behave = ({ count }) => {
      count(2);
      if (client.asked.length === before + 1) asked.resolve();
    };
    const body = '{"requests":3,"intervalMs":40,"scheduledTime":"2026-01-01T00:10:00Z"}';
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await asked.promise;
    socket.destroy();
    let again = await post(body);
    while (again.body.state === 'running') again = await post(body);
    assert.equal(again.body.ok, 3);
  });
});

describe('a request that cannot be served', () => {
  const cases: {
    name: string;
    method?: string;
    path?: string;
    body?: string;
    headers?: Record<string, string>;
    status: number;
    detail: RegExp;
    allow?: string;
  }[] = [
    { name: 'no requests', body: '{"requests":0}', status: 400, detail: /from 1 to 1000/ },
    { name: 'an unknown key', body: '{"x":1}', status: 400, detail: /known: requests, intervalMs/ },
    { name: 'broken JSON', body: '{"requests":', status: 400, detail: /not JSON/ },
    {
      name: 'broken JSON that says it is JSON',
      body: '{"requests":',
      headers: { 'content-type': 'application/json' },
      status: 400,
      detail: /not JSON/,
    },
    {
      name: 'a body over 64 kB',
      body: `{"runId":"${'x'.repeat(65 * 1024)}"}`,
      status: 400,
      detail: /at most 65536 bytes/,
    },
    {
      name: 'a run that is too long',
      body: '{"requests":1000}',
      status: 400,
      detail: /\(1000 - 1\) × 2000 ms = 1998 s/,
    },
    {
      name: 'a header that is no time',
      headers: { 'X-CloudScheduler-ScheduleTime': 'soon' },
      status: 400,
      detail: /RFC 3339/,
    },
    { name: 'GET /', method: 'GET', status: 405, detail: /allowed: POST/, allow: 'POST' },
    {
      name: 'POST /health',
      path: '/health',
      status: 405,
      detail: /allowed: GET, HEAD/,
      allow: 'GET, HEAD',
    },
    { name: 'another path', path: '/run', status: 404, detail: /allowed paths: \// },
    {
      name: 'a path that cannot be decoded',
      path: '/%zz',
      status: 400,
      detail: /cannot be decode/,
    },
    { name: 'half a character', path: '/%E2%82?a=1', status: 400, detail: /percent-encoded UTF-8/ },
    { name: 'an icon', path: '/favicon.ico', status: 404, detail: /allowed paths: \// },
    { name: 'rules for robots', path: '/Robots.txt/', status: 404, detail: /allowed paths: \// },
    {
      name: 'GET of an icon',
      method: 'GET',
      path: '/favicon.ico',
      status: 404,
      detail: /allowed paths: \//,
    },
  ];
  for (const { name, method = 'POST', path = '/', body, headers, status, detail, allow } of cases) {
    it(`${name}: ${status}, and a problem that says what is allowed`, async () => {
      lines.length = 0;
      const response = await fetch(`${origin}${path}`, {
        method,
        ...(method === 'POST' ? { body: body ?? '' } : {}),
        ...(headers ? { headers } : {}),
      });
      assert.equal(response.status, status);
      assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/problem+json');
      if (allow) assert.equal(response.headers.get('allow'), allow);
      const problem = (await response.json()) as Record<string, unknown>;
      assert.equal(problem.status, status);
      assert.match(String(problem.detail), detail);
      const [line] = lines;
      assert.deepEqual(
        [lines.length, line?.severity, line?.message, line?.httpRequest],
        [
          1,
          'INFO',
          `${method} ${path.split('?')[0]} ${status}`,
          { requestMethod: method, requestUrl: path, status },
        ],
      );
    });
  }

  it('not even by Express is answered with a problem, without a word of the inside', async (t) => {
    const stderr = t.mock.method(console, 'error', () => {});
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write('POST http://[ HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1.1 4\d\d .*content-type: application\/problem\+json/is);
    assert.doesNotMatch(answer, /node_modules|<html/);
    assert.equal(stderr.mock.callCount(), 0);
  });

  it('that names a URL is refused, and node warns of nothing', async (t) => {
    const warnings = t.mock.method(process, 'emitWarning', () => {});
    const { port } = server.address() as AddressInfo;
    for (const target of ['http://host:port/', 'http://[', '*']) {
      const socket = connect(port, '127.0.0.1');
      socket.write(`POST ${target} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`);
      assert.match(await text(socket), /^HTTP\/1.1 400 .*the request target is not a path/s);
    }
    assert.equal(warnings.mock.callCount(), 0);
  });

  const malformed: [title: string, sent: string, status: number, detail: RegExp][] = [
    ['what is not HTTP', 'NOT HTTP\r\n\r\n', 400, /the request is not valid HTTP/],
    ['no host', 'POST / HTTP/1.1\r\n\r\n', 400, /the request has no Host header/],
    [
      'an expectation that is not known',
      'POST / HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n',
      417,
      /the Expect header is not known; allowed: 100-continue/,
    ],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', 400, /not valid HTTP/],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      /not valid HTTP/,
    ],
    [
      'a chunk without a length',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n',
      400,
      /not valid HTTP/,
    ],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      /the headers are too large; allowed: 16384 bytes/,
    ],
  ];
  for (const [title, sent, status, detail] of malformed) {
    it(`is answered with a problem: ${title}`, async () => {
      const { port } = server.address() as AddressInfo;
      const socket = connect(port, '127.0.0.1');
      socket.write(sent);
      const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
      assert.match(
        head,
        new RegExp(`^HTTP/1\\.1 ${status} .*Content-Type: application/problem\\+json`, 'is'),
      );
      assert.match(body, detail);
      assert.equal(JSON.parse(body).status, status);
    });
  }
});

describe('GET /health', () => {
  for (const path of ['/health', '/_healthz']) {
    it(`answers ok on ${path}`, async () => {
      const response = await fetch(`${origin}${path}`);
      assert.deepEqual([response.status, await response.text()], [200, 'ok']);
    });
  }

  it('answers ok whatever the caller has cached', async () => {
    const response = await fetch(`${origin}/health`, { headers: { 'if-none-match': '*' } });
    assert.deepEqual([response.status, await response.text()], [200, 'ok']);
  });
});

describe('a server that stops', () => {
  it('refuses new runs with 503', async () => {
    await runs.stop(0);
    const { response, body } = await post('{"requests":1}');
    assert.equal(response.status, 503);
    assert.match(String(body.detail), /stopping/);
  });
});

describe('what callers may take of the server', () => {
  async function listen(t: TestContext, limits: { connections: number; receiveTimeoutMs: number }) {
    const app = createApp({ runs, config, clock, logger });
    const { server } = createServer({ app, logger, limits });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { server, open: () => connect(port, '127.0.0.1').on('error', () => {}) };
  }

  it('is 408 for a request that does not come to its end', async (t) => {
    const { server } = await listen(t, { connections: 10, receiveTimeoutMs: 50 });
    // Node times this by its own clock, which no test can move. The caller never sends the rest, so
    // on a slow machine the answer only comes later; no network, on which the end of the connection
    // could overtake the answer.
    const [caller, served] = duplexPair();
    caller.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Le');
    server.emit('connection', served);
    assert.match(await text(caller), /^HTTP\/1.1 408 .*did not arrive in time/s);
  });

  it('is 431 for more than 1,000 headers', async (t) => {
    const { open } = await listen(t, { connections: 10, receiveTimeoutMs: 60_000 });
    const send = (headers: string) => {
      const socket = open();
      socket.write(`GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
      return text(socket);
    };
    // Two stand before these.
    assert.match(await send('a:\r\n'.repeat(998)), /^HTTP\/1.1 200 /);
    assert.match(await send('a:\r\n'.repeat(999)), /^HTTP\/1.1 431 .*in 1000 headers/s);
  });

  it('is no connection beyond the limit', async (t) => {
    const { open } = await listen(t, { connections: 1, receiveTimeoutMs: 60_000 });
    const first = open();
    t.after(() => first.destroy());
    first.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(first, 'data');
    assert.equal(await text(open()).catch(() => ''), '');
  });
});
