import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { openConnection } from './grpc-call.ts';
import { grpcInput } from './grpc-inputs.ts';
import { rawFrames } from './http2-frames.ts';
import { assertUnhurt, linesWith, type RunningProgram, startServer } from './running-system.ts';
import { fuzz, type Verdict } from './surface.ts';

/** Statuses by which a caller is refused for what it sent. Never one that blames the server. */
const REFUSALS: readonly number[] = [
  status.CANCELLED,
  status.INVALID_ARGUMENT,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.UNIMPLEMENTED,
];

/** The one answer of the health service: SERVING. */
async function assertServing({ port }: RunningProgram): Promise<void> {
  const connection = openConnection(port);
  const { grpcStatus, body } = await connection.call({
    headers: {
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    },
    body: Buffer.alloc(5),
    reset: undefined,
  });
  connection.close();
  assert.deepEqual([grpcStatus, body.toString('hex')], [status.OK, '00000000020801']);
}

/** The varint of match_count, 0 where it is left out; one message of gRPC and nothing else. */
function matchCountOf(body: Buffer): number {
  assert.equal(body.readUInt8(0), 0);
  assert.equal(body.readUInt32BE(1), body.length - 5);
  if (body.length === 5) return 0;
  assert.equal(body.readUInt8(5), 0x08);
  assert.equal(body.length, 7);
  return body.readUInt8(6);
}

test('server answers any call with the status that is documented', async (t) => {
  const server = await startServer(t);
  const connection = openConnection(server.port);
  t.after(() => connection.close());
  await fuzz({
    name: 'gRPC calls to server',
    quick: 700,
    full: 12_000,
    input: grpcInput,
    judge: async ({ headers, body, reset, query, isRefused, breaksProtocol }): Promise<Verdict> => {
      const answer = await connection.call({ headers, body, reset });
      const { httpStatus, grpcStatus } = answer;
      if (query !== undefined) {
        assert.equal(grpcStatus, status.OK, answer.message);
        assert.equal(matchCountOf(answer.body), linesWith(query), `the count of ${query}`);
        return 'accepted';
      }
      if (isRefused) {
        const { INVALID_ARGUMENT, RESOURCE_EXHAUSTED } = status;
        assert.ok(grpcStatus === INVALID_ARGUMENT || grpcStatus === RESOURCE_EXHAUSTED);
        assert.match(decodeURIComponent(answer.message), /allowed|requires|larger/);
        return 'refused';
      }
      if (grpcStatus === status.OK) {
        // Right by luck: then for a query that was there, which the count shows.
        assert.ok(matchCountOf(answer.body) <= 4);
        return 'accepted';
      }
      if (grpcStatus === undefined) {
        // Not gRPC: HTTP says so, or the stream was reset.
        const { ':method': method, 'content-type': type = '' } = headers;
        assert.ok(
          httpStatus === undefined || [200, 405, 415].includes(httpStatus),
          `${httpStatus}`,
        );
        if (httpStatus === 200) assert.ok(reset !== undefined || method !== 'POST' || type === '');
      } else {
        const isOfProtocol = breaksProtocol && grpcStatus === status.INTERNAL;
        assert.ok(isOfProtocol || REFUSALS.includes(grpcStatus), `${grpcStatus} ${answer.message}`);
      }
      return 'refused';
    },
  });
  await assertServing(server);
  await assertUnhurt(server);
});

test('server takes any frames of HTTP/2, or closes the connection', async (t) => {
  const server = await startServer(t);
  await fuzz({
    name: 'HTTP/2 frames to server',
    quick: 500,
    full: 6_000,
    input: rawFrames,
    judge: async ({ bytes }): Promise<Verdict> => {
      const chunks: Buffer[] = [];
      const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
      socket.on('error', () => {}).on('data', (chunk: Buffer) => chunks.push(chunk));
      const closed = once(socket, 'close').catch(() => {});
      socket.end(bytes);
      await closed;
      const received = Buffer.concat(chunks);
      // All that comes is frames, of which the last may be cut.
      const types = new Set<number>();
      for (let at = 0; at + 9 <= received.length; at += 9 + received.readUIntBE(at, 3)) {
        types.add(received.readUInt8(at + 3));
      }
      assert.ok(Math.max(0, ...types) <= 9, `frames of the types ${[...types]}`);
      // GOAWAY, or nothing at all.
      return types.size === 0 || types.has(7) ? 'refused' : 'accepted';
    },
  });
  await assertServing(server);
  await assertUnhurt(server);
});
