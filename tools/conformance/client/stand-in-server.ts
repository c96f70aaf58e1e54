import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { decodeRequest, encodeResponse } from '../grpc-wire.ts';

/** What the server is to do with the next calls. */
export type Behaviour =
  | Readonly<{ answer: bigint }>
  | Readonly<{ code: number }>
  /** No answer, until the call ends. */
  | 'hold';

export type Call = Readonly<{
  query: string;
  headers: Readonly<Record<string, string>>;
  /** Milliseconds from the arrival of the call to its deadline; none: it has no deadline. */
  deadlineMs: number | undefined;
  /** Resolves when the call was cancelled, by its caller or its deadline. */
  cancelled: Promise<void>;
}>;

/** Stands for `server` behind a client under test. */
export type StandInServer = Readonly<{
  address: string;
  calls: readonly Call[];
  behave(behaviour: Behaviour): void;
  serve(isServing: boolean): void;
  close(): void;
}>;

const SERVING = 1;
const NOT_SERVING = 2;

export async function startStandInServer(): Promise<StandInServer> {
  const calls: Call[] = [];
  let behaviour: Behaviour = { answer: 1n };
  let isServing = true;
  const count: handleUnaryCall<Buffer, Buffer> = (call, reply) => {
    calls.push(describeCall(call));
    if (behaviour === 'hold') return;
    if ('answer' in behaviour) return reply(null, encodeResponse(behaviour.answer));
    // A client that tries again would make one call to several.
    const metadata = new Metadata();
    metadata.set('grpc-retry-pushback-ms', '-1');
    reply({ code: behaviour.code, details: 'as the check asks for', metadata });
  };
  const health: handleUnaryCall<Buffer, Buffer> = (_call, reply) =>
    reply(null, Buffer.from([0x08, isServing ? SERVING : NOT_SERVING]));
  const server = new Server();
  server.addService(
    {
      count: unary('/shakesapp.ShakespeareService/GetMatchCount'),
      health: unary('/grpc.health.v1.Health/Check'),
    },
    { count, health },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    address: `127.0.0.1:${port}`,
    calls,
    behave(next) {
      behaviour = next;
    },
    serve(now) {
      isServing = now;
    },
    close: () => server.forceShutdown(),
  };
}

function describeCall(call: ServerUnaryCall<Buffer, Buffer>): Call {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  call.once('cancelled', resolve);
  const deadline = Number(call.getDeadline());
  return {
    query: decodeRequest(call.request),
    headers: Object.fromEntries(
      Object.entries(call.metadata.getMap()).map(([name, value]) => [name, String(value)]),
    ),
    deadlineMs: Number.isFinite(deadline) ? deadline - Date.now() : undefined,
    cancelled,
  };
}

const asItIs = (bytes: Buffer) => bytes;

const unary = (path: string) => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
});
