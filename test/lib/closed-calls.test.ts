import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import type { Http2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Client, credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { Http2SubchannelConnector } from '@grpc/grpc-js/build/src/transport.js';
import { releaseClosedCalls } from '../../lib/closed-calls.ts';
import { type MatchCountResponse, shakespeareService } from '../../lib/rpc.ts';

const { GetMatchCount } = shakespeareService;
type Answer = (error: null, response: MatchCountResponse) => void;

describe('closed calls', () => {
  const streams: Http2Stream[] = [];
  const transports: { activeCalls: { size: number } }[] = [];
  const sockets: Socket[] = [];
  const waiting: Answer[] = [];
  const released = Promise.withResolvers<void>();
  let closed = 0;
  let arrived: PromiseWithResolvers<void> | undefined;
  let server: Server;
  let client: Client;

  before(async () => {
    releaseClosedCalls();
    const { connect } = Http2SubchannelConnector.prototype;
    Http2SubchannelConnector.prototype.connect = async function remember(...target) {
      const transport = await connect.apply(this, target);
      transports.push(transport as unknown as (typeof transports)[number]);
      return transport;
    };
    for (const side of ['client', 'server']) {
      subscribe(`http2.${side}.stream.close`, (message) => {
        const { stream } = message as { stream: Http2Stream };
        streams.push(stream);
        // Two calls, each a stream on either side. 'close' comes after this, and then its listeners go.
        stream.once('close', () => {
          closed += 1;
          if (closed === 4) setImmediate(released.resolve);
        });
      });
    }
    subscribe('net.server.socket', (message) => {
      sockets.push((message as { socket: Socket }).socket);
    });
    server = new Server();
    server.addService(
      { GetMatchCount },
      {
        GetMatchCount: (_call: unknown, answer: Answer) => {
          waiting.push(answer);
          if (waiting.length === 2) arrived?.resolve();
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.enable_retries': 0,
    });
  });
  after(() => {
    client.close();
    server.forceShutdown();
  });

  const { path, requestSerialize, responseDeserialize } = GetMatchCount;
  const ask = () =>
    new Promise<string>((resolve) =>
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { query: 'to be' },
        (error, answer) =>
          resolve(error ? (status[error.code] ?? '') : String(answer?.match_count)),
      ),
    );
  const askTwice = async () => {
    arrived = Promise.withResolvers();
    const answers = [ask(), ask()];
    await arrived.promise;
    return { answers, calls: waiting.splice(0) };
  };

  test('the channel knows which calls are open', async () => {
    const { answers, calls } = await askTwice();
    assert.deepEqual(
      transports.map(({ activeCalls }) => activeCalls.size),
      [2],
    );
    for (const [at, answer] of calls.entries()) answer(null, { match_count: String(at) });
    assert.deepEqual((await Promise.all(answers)).sort(), ['0', '1']);
    assert.equal(transports[0]?.activeCalls.size, 0);
  });

  test('a stream that is closed has no listeners, on either side', async () => {
    await released.promise;
    assert.deepEqual(
      streams.map((stream) => stream.eventNames()),
      [[], [], [], []],
    );
  });

  test('a lost connection ends all open calls', async () => {
    const { answers } = await askTwice();
    for (const socket of sockets) socket.destroy();
    assert.deepEqual(await Promise.all(answers), ['UNAVAILABLE', 'UNAVAILABLE']);
  });
});
