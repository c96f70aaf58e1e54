import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTraceApi } from '../../../../tools/traces/sources/trace-api.ts';
import { runToEnd } from '../../../run-to-end.ts';
import { createSleepingClock } from '../../sleeping-clock.ts';

const SIGNAL = new AbortController().signal;
const READING_CHILD = join(import.meta.dirname, 'reading-child.ts');
const MAIN = join(import.meta.dirname, '../../../../tools/cli/main.ts');
const WINDOW = { filter: '', startTime: '2026-03-02T10:00:00Z', endTime: '2026-03-02T11:00:00Z' };

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trace-api-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An HTTP server whose n-th request, from 1, the handler sees. */
async function startServer(
  t: TestContext,
  handle: (number: number, response: ServerResponse, path: string) => void,
) {
  let requests = 0;
  const server = createServer(({ url = '' }, response) => {
    requests += 1;
    handle(requests, response, url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, server, requests: () => requests };
}

function createApi(host: string) {
  const clock = createSleepingClock();
  const api = createTraceApi({
    projectId: 'p',
    clock,
    rootUrl: `http://${host}/`,
    onRetry: () => {},
    spend: async () => {},
  });
  return { api, clock };
}

test('without credentials it says at once how to sign in', async (t) => {
  const folder = await emptyFolder(t);
  const env = { PATH: process.env.PATH, HOME: folder, METADATA_SERVER_DETECTION: 'none' };
  const args = [READING_CHILD, '', folder, '0', '1000'];
  // Eight tries with their pauses would take two minutes.
  const { stderr } = await runToEnd(process.execPath, args, { env, timeoutMs: 60_000 });
  assert.match(stderr, /Could not load the default credentials/);
  assert.match(stderr, /no usable credentials, fix: gcloud auth application-default login/);
});

test('Ctrl-C ends it at once, also while a token is fetched that never comes', async (t) => {
  const asked = Promise.withResolvers<void>();
  const metadata = await startServer(t, () => asked.resolve());
  const projectId = `interrupted-${process.pid}`;
  const home = await emptyFolder(t);
  const child = spawn(process.execPath, [MAIN, 'compare', '--project', projectId], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      METADATA_SERVER_DETECTION: 'assume-present',
      GCE_METADATA_HOST: metadata.host,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    child.kill('SIGKILL');
    const cache = join(import.meta.dirname, '../../../../.local/trace-cache');
    await rm(join(cache, `spent-${projectId}.json`), { force: true });
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await asked.promise;
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 1);
  assert.match(stderr, /^compare: interrupted; the same command resumes where it stopped$/m);
});

test('lists are asked for complete traces, a hundred at a time and oldest first', async (t) => {
  const asked: URLSearchParams[] = [];
  const { host } = await startServer(t, (_, response, path) => {
    asked.push(new URL(path, 'http://trace').searchParams);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const { api } = createApi(host);
  await api.list({ ...WINDOW, filter: '+a:b', pageToken: 'next' }, SIGNAL);
  assert.deepEqual(Object.fromEntries(asked[0] ?? []), {
    view: 'COMPLETE',
    pageSize: '100',
    // Without an order, pages of a window that still grows could miss traces.
    orderBy: 'start',
    filter: '+a:b',
    startTime: WINDOW.startTime,
    endTime: WINDOW.endTime,
    pageToken: 'next',
  });
});

test('an answer is read whatever its content type, and never taken for a list without traces', async (t) => {
  for (const type of ['application/octet-stream', 'text/plain', 'x/y']) {
    const { host } = await startServer(t, (_number, response) => {
      response.setHeader('content-type', type);
      response.end(JSON.stringify({ traces: [{ projectId: 'p', traceId: '1'.repeat(32) }] }));
    });
    const { traces } = await createApi(host).api.list(WINDOW, SIGNAL);
    assert.deepEqual([type, traces.length], [type, 1]);
  }
});

test('a connection that breaks is tried again', async (t) => {
  const { host, requests } = await startServer(t, (number, response) => {
    if (number < 3) response.destroy();
    else response.setHeader('content-type', 'application/json').end('{"traces":[]}');
  });
  const { api, clock } = createApi(host);
  assert.deepEqual((await api.list(WINDOW, SIGNAL)).traces, []);
  assert.equal(requests(), 3);
  assert.equal(clock.sleptMs(), 3_000);
});

test('a port where nobody listens is an error at once', async (t) => {
  const { host, server } = await startServer(t, () => {});
  server.close();
  await once(server, 'close');
  const { api, clock } = createApi(host);
  await assert.rejects(api.list(WINDOW, SIGNAL), /ECONNREFUSED.*is npm start still running\?$/);
  assert.equal(clock.sleptMs(), 0);
});

test('credentials that have expired are not taken for a stale page', async (t) => {
  const { host, requests } = await startServer(t, (_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"error":"invalid_grant","error_description":"Token has been expired"}');
  });
  const { api } = createApi(host);
  await assert.rejects(
    api.list({ ...WINDOW, pageToken: 'next' }, SIGNAL),
    /invalid_grant.*no usable credentials, fix: gcloud auth application-default login/,
  );
  assert.equal(requests(), 1);
});

const UNREADABLE: readonly (readonly [string, string, string, RegExp])[] = [
  ['a page of a proxy', 'text/html', '<html>sign in</html>', /cannot be read: is "<html>sign in/],
  ['a list that is none', 'application/json', '{"traces":{"a":1}}', /traces is an object with "a"/],
  [
    'a trace without an id',
    'application/json',
    '{"traces":[{"spans":[]}]}',
    /traces\[0\]\.traceId is missing; allowed: 32 hexadecimal digits/,
  ],
];
for (const [what, type, body, message] of UNREADABLE) {
  test(`${what} in place of traces is refused, not taken for none`, async (t) => {
    const { host } = await startServer(t, (_, response) => {
      response.setHeader('content-type', type).end(body);
    });
    const { api } = createApi(host);
    await assert.rejects(api.list(WINDOW, SIGNAL), message);
  });
}
