import { type handleUnaryCall, Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import { headersIn, startGrpcServer } from '../grpc-server.ts';
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
  const { port, close } = await startGrpcServer({ count, health });
  return {
    address: `127.0.0.1:${port}`,
    calls,
    behave(next) {
      behaviour = next;
    },
    serve(now) {
      isServing = now;
    },
    close,
  };
}

function describeCall(call: ServerUnaryCall<Buffer, Buffer>): Call {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  call.once('cancelled', resolve);
  const deadline = Number(call.getDeadline());
  return {
    query: decodeRequest(call.request),
    headers: headersIn(call.metadata),
    deadlineMs: Number.isFinite(deadline) ? deadline - Date.now() : undefined,
    cancelled,
  };
}
