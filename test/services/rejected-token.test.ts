import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import type { Identity } from '../../lib/identity.ts';
import { createAuthority } from '../../tools/local/cloud/identity/certificates.ts';
import { recordLog } from './log-lines.ts';
import { startObjectStore } from './server/object-store.ts';

/*
 * A platform that rejects an ID token answers before the server sees the request, which is then
 * called a second time. With it, too, one request asks Storage for a page or an object three times.
 */

// grpc-js reads this variable when it loads, so everything that needs it is imported afterwards.
const directory = await mkdtemp(join(tmpdir(), 'rejected-token-'));
after(() => rm(directory, { recursive: true }));
const authority = await createAuthority(directory);
process.env.GRPC_DEFAULT_SSL_ROOTS_FILE_PATH = authority.certFile;
const { createApp } = await import('../../services/server/app.ts');
const { createKeptWorks } = await import('../../services/server/kept-works.ts');
const { createWorksPerRequest } = await import('../../services/server/per-request-works.ts');
const { createShakespeareClient } = await import('../../services/client/shakespeare-client.ts');

/** What happens to a request as it is sent: it reaches the server, or its token is rejected. */
type Send = 'passes' | 'rejected';

/** What Storage does with the object: fails, or falls silent until the caller's stream is cut. */
type Read = '503' | 'cut';

/** As Cloud Run answers: a page, not a status of gRPC. */
function reject(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 401, 'content-type': 'text/html' });
  stream.end('<html>401</html>');
}

/** TLS before the server. Requests that come once `sends` is used up pass. */
async function startFront(t: TestContext, serverPort: number, sends: readonly Send[]) {
  const left = [...sends];
  const passed: ServerHttp2Stream[] = [];
  const upstream = connect(`http://127.0.0.1:${serverPort}`);
  const front = createSecureServer(await authority.issue(['localhost']));
  front.on('sessionError', () => {});
  front.on('stream', (opened, { ':authority': _, ...headers }) => {
    // Node's types leave open that a server's streams are a server's.
    const stream = opened as ServerHttp2Stream;
    stream.on('error', () => {});
    if (left.shift() === 'rejected') return reject(stream);
    passed.push(stream);
    const request = upstream.request(headers);
    let trailers = {};
    request.on('error', () => {});
    request.on('response', (answer, flags) => {
      const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (!stream.destroyed) stream.respond(answer, { endStream, waitForTrailers: !endStream });
    });
    request.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.on('close', () => request.close(constants.NGHTTP2_CANCEL));
    stream.pipe(request).pipe(stream);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  t.after(() => {
    upstream.destroy();
    front.close();
  });
  return {
    port: (front.address() as AddressInfo).port,
    passed,
    cut: () => passed.at(-1)?.close(constants.NGHTTP2_CANCEL),
  };
}

const MODES = ['keep', 'per-request'] as const;

type Faults = { mode: (typeof MODES)[number]; sends: readonly Send[]; reads: readonly Read[] };

/** Times that the object was asked for, and that the request reached the server. */
async function askWith(t: TestContext, { mode, sends, reads }: Faults) {
  const { storage, store } = await startObjectStore(t, { attempts: 3 });
  const { logger } = recordLog();
  const works =
    mode === 'keep'
      ? createKeptWorks({ store, ttlMs: 60_000, logger })
      : createWorksPerRequest(store);
  const app = createApp({ works, bucket: 'works', prefix: '', logger });
  const serverPort = await app.listen({ host: '127.0.0.1', port: 0 });
  const front = await startFront(t, serverPort, sends);
  const identity: Identity = { getIdToken: async () => 'id-token', discardToken: () => true };
  const address = { host: 'localhost', port: front.port, tls: true, origin: '' };
  const client = createShakespeareClient({ address, identity, deadlineMs: 60_000 });
  t.after(async () => {
    client.close();
    await app.drain(0);
  });
  storage.put('a', 'to be');
  storage.state.fault = ({ kind }, earlier) => {
    if (kind === 'list') return undefined;
    if (reads[earlier] === 'cut') return { kind: 'hang', after: 'request', silent: front.cut };
    return { kind: 'status', status: 503 };
  };
  await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
  return { asked: storage.reads().length, reached: front.passed.length };
}

const CUTS: readonly Read[] = Array(9).fill('cut');

const ROWS: readonly Readonly<{
  when: string;
  sends: readonly Send[];
  reads: readonly Read[];
  reached: number;
}>[] = [
  {
    when: 'its first token is rejected and then Storage fails',
    sends: ['rejected'],
    reads: [],
    reached: 1,
  },
  {
    when: 'its first token is rejected and then it is cut off each time',
    sends: ['rejected'],
    reads: CUTS,
    reached: 3,
  },
  {
    when: 'it is cut off, its token is rejected, and then Storage fails',
    sends: ['passes', 'rejected'],
    reads: ['cut'],
    reached: 2,
  },
  {
    when: 'it is cut off twice, its token is rejected, and then Storage fails',
    sends: ['passes', 'passes', 'rejected'],
    reads: ['cut', 'cut'],
    reached: 3,
  },
  {
    when: 'its token is rejected between cuts',
    sends: ['passes', 'rejected'],
    reads: CUTS,
    reached: 3,
  },
  {
    when: 'its token is rejected after two cuts, and it is cut off again',
    sends: ['passes', 'passes', 'rejected'],
    reads: CUTS,
    reached: 3,
  },
];

for (const mode of MODES) {
  describe(`one request, ${mode}`, () => {
    for (const { when, sends, reads, reached } of ROWS) {
      test(`asks three times where ${when}`, async (t) => {
        assert.deepEqual(await askWith(t, { mode, sends, reads }), { asked: 3, reached });
      });
    }
  });
}
