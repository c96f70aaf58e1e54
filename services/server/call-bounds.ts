import {
  Metadata,
  type ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerListener,
  status,
} from '@grpc/grpc-js';
import { RETRY_PUSHBACK } from '../../lib/rpc.ts';

/** Sees each status on its way out. */
export type StatusResponder = Parameters<ResponderBuilder['withSendStatus']>[0];

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
  const streams = new Set<ServerInterceptingCall>();

  const interceptor: ServerInterceptor = ({ path, responseStream }, call) => {
    const isCheck = path.startsWith('/grpc.health.') && !responseStream;
    const kind = responseStream ? 'streams' : 'calls';
    const isRefused = !isCheck && open[kind] >= limits[kind];
    let isCounted = !isCheck && !isRefused;
    const listener: ServerListener = {
      onReceiveMetadata(metadata, next) {
        // What is refused is not handed on: the handler never learns of this call.
        if (isRefused) bounded.sendStatus(refusal(`${limits[kind]} ${kind} at a time`));
        else if (sizeOf(metadata) <= limits.metadataBytes) next(metadata);
        else bounded.sendStatus(refusal(`${limits.metadataBytes} bytes of metadata`));
      },
      // Comes when the call's stream closes, however it ended.
      onCancel() {
        if (isCounted) open[kind] -= 1;
        isCounted = false;
        streams.delete(bounded);
      },
    };
    const start = (next: (listener: ServerListener) => void) => next(listener);
    const bounded = new ServerInterceptingCall(call, { start, sendStatus });
    if (isCounted) open[kind] += 1;
    if (isCounted && responseStream) streams.add(bounded);
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
