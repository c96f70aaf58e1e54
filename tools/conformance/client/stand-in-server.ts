import { type handleUnaryCall, Metadata, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { headersIn, startGrpcServer } from '../grpc-server.ts';
import { decodeRequest, encodeResponse } from '../grpc-wire.ts';
import { holdsWithin } from '../polling.ts';

/** What the server is to do with the next calls. */
export type Behaviour =
  /** `after`: waits for it first. */
  | Readonly<{ answer: bigint; after?: Promise<unknown> }>
  | Readonly<{ code: number }>
  /** No answer, until the call ends. */
  | 'hold';

export type Call = Readonly<{
  /** undefined where the message is `malformed`: what it is in words. */
  query: string | undefined;
  malformed: string | undefined;
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
  /** Checks of its health so far. */
  healthChecks(): number;
  /** Resolves once so many calls have come in all, or when the time is over. */
  awaitCalls(count: number, withinMs: number): Promise<unknown>;
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
    const described = describeCall(call);
    calls.push(described);
    const { malformed } = described;
    if (malformed !== undefined) {
      return reply({ code: status.INVALID_ARGUMENT, details: `not a query, but ${malformed}` });
    }
    if (behaviour === 'hold') return;
    if ('answer' in behaviour) {
      const { answer, after = Promise.resolve() } = behaviour;
      return void after.then(() => reply(null, encodeResponse(answer)));
    }
    // A client that tries again would make one call to several.
    const metadata = new Metadata();
    metadata.set('grpc-retry-pushback-ms', '-1');
    reply({ code: behaviour.code, details: 'as the check asks for', metadata });
  };
  let healthChecks = 0;
  const health: handleUnaryCall<Buffer, Buffer> = (_call, reply) => {
    healthChecks += 1;
    reply(null, Buffer.from([0x08, isServing ? SERVING : NOT_SERVING]));
  };
  const { port, close } = await startGrpcServer({ count, health });
  return {
    address: `127.0.0.1:${port}`,
    calls,
    healthChecks: () => healthChecks,
    awaitCalls: (count, withinMs) => holdsWithin(withinMs, () => calls.length >= count),
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
  const decoded = decodeRequest(call.request);
  return {
    query: 'query' in decoded ? decoded.query : undefined,
    malformed: 'malformed' in decoded ? decoded.malformed : undefined,
    headers: headersIn(call.metadata),
    deadlineMs: Number.isFinite(deadline) ? deadline - Date.now() : undefined,
    cancelled,
  };
}
