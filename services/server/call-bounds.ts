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

/**
 * Refuses a call that comes while the process has as many as it may: RESOURCE_EXHAUSTED, before its
 * message is read. gRPC itself bounds the calls of each connection only, and no metadata. A health
 * check, which is one answer and waits for nothing, always has room: a server that is busy must not
 * be taken for dead. Every status passes `sendStatus`, those of refusals too.
 */
export function createCallBounds(
  limits: CallLimits,
  sendStatus: StatusResponder = (status, next) => next(status),
): ServerInterceptor {
  const open = { calls: 0, streams: 0 };
  return ({ path, responseStream }, call) => {
    const isCheck = path.startsWith('/grpc.health.') && !responseStream;
    const kind = responseStream ? 'streams' : 'calls';
    const isRefused = !isCheck && open[kind] >= limits[kind];
    const isCounted = !isCheck && !isRefused;
    if (isCounted) open[kind] += 1;
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
      },
    };
    const start = (next: (listener: ServerListener) => void) => next(listener);
    const bounded = new ServerInterceptingCall(call, { start, sendStatus });
    return bounded;
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
    for (const value of [headers[name] ?? []].flat()) size += name.length + String(value).length;
  }
  return size;
}
