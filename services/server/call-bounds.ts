import { Metadata, type ServerInterceptor, status } from '@grpc/grpc-js';
import { RETRY_PUSHBACK } from '../../lib/rpc.ts';
import { BoundedCall, type Bounds, type StatusResponder } from './bounded-call.ts';

/** What all connections together may have under way. */
export type CallLimits = Readonly<{
  calls: number;
  /** Calls that stay open for as long as the caller likes: health watches and reflection. */
  streams: number;
  /** Metadata of one call, names and values. */
  metadataBytes: number;
}>;

export type CallBounds = Readonly<{
  interceptor: ServerInterceptor;
  /** Ends the streams that are open: a server that stops would wait for their callers. */
  endStreams(): void;
}>;

/** Of a server that shuts down, by the table of gRPC's status codes. */
const STOPPING = { code: status.UNAVAILABLE, details: 'the server is stopping' };

/**
 * Refuses a call that comes while the process has as many as it may: RESOURCE_EXHAUSTED, before its
 * message is read. gRPC itself bounds the calls of each connection only, and no metadata. A health
 * check, which is one answer and waits for nothing, always has room: a server that is busy must not
 * be taken for dead. Every status passes `sendStatus`, those of refusals too.
 */
export function createCallBounds(limits: CallLimits, sendStatus: StatusResponder): CallBounds {
  /** How many: a set of the calls would keep them in memory (lib/closed-calls.ts says why). */
  const open = { calls: 0, streams: 0 };
  const streams = new Set<BoundedCall>();

  const refuseMetadata = (metadata: Metadata) =>
    sizeOf(metadata) <= limits.metadataBytes
      ? undefined
      : refusal(`${limits.metadataBytes} bytes of metadata`);
  const unbounded: Bounds = { refuse: refuseMetadata, sendStatus, onEnd() {} };
  const counted: Readonly<Record<keyof typeof open, Bounds>> = {
    calls: {
      ...unbounded,
      onEnd() {
        open.calls -= 1;
      },
    },
    streams: {
      ...unbounded,
      onEnd(call) {
        open.streams -= 1;
        streams.delete(call);
      },
    },
  };
  const beyond = (kind: keyof typeof open): Bounds => ({
    ...unbounded,
    refuse: () => refusal(`${limits[kind]} ${kind} at a time`),
  });

  const interceptor: ServerInterceptor = ({ path, responseStream }, call) => {
    if (path.startsWith('/grpc.health.') && !responseStream)
      return new BoundedCall(call, unbounded);
    const kind = responseStream ? 'streams' : 'calls';
    if (open[kind] >= limits[kind]) return new BoundedCall(call, beyond(kind));
    open[kind] += 1;
    const bounded = new BoundedCall(call, counted[kind]);
    if (responseStream) streams.add(bounded);
    return bounded;
  };

  return {
    interceptor,
    endStreams() {
      for (const call of streams) call.sendStatus(STOPPING);
    },
  };
}

function refusal(allowed: string) {
  const metadata = new Metadata();
  metadata.set(RETRY_PUSHBACK.key, RETRY_PUSHBACK.never);
  const details = `the server cannot take that much; allowed: ${allowed}`;
  return { code: status.RESOURCE_EXHAUSTED, details, metadata };
}

function sizeOf(metadata: Metadata): number {
  const headers = metadata.toHttp2Headers();
  let size = 0;
  for (const name in headers) {
    const values = headers[name];
    if (Array.isArray(values)) for (const value of values) size += name.length + value.length;
    else size += name.length + String(values ?? '').length;
  }
  return size;
}
