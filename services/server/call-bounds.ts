import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServerListener,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import { RETRY_PUSHBACK } from '../../lib/rpc.ts';

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
 * be taken for dead.
 */
export function createCallBounds(limits: CallLimits): ServerInterceptor {
  const open = { calls: 0, streams: 0 };
  return ({ path, responseStream }, call) => {
    const isCheck = path.startsWith('/grpc.health.') && !responseStream;
    const kind = responseStream ? 'streams' : 'calls';
    if (!isCheck && open[kind] >= limits[kind]) {
      return refuse(call, `${limits[kind]} ${kind} at a time`);
    }
    if (!isCheck) open[kind] += 1;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        if (sizeOf(metadata) <= limits.metadataBytes) next(metadata);
        else call.sendStatus(refusal(`${limits.metadataBytes} bytes of metadata`));
      })
      // Comes when the call's stream closes, however it ended.
      .withOnCancel(() => {
        if (!isCheck) open[kind] -= 1;
      })
      .build();
    return intercept(call, listener);
  };
}

function refuse(call: ServerInterceptingCallInterface, allowed: string): ServerInterceptingCall {
  // Not handed on: the handler never learns of this call.
  const onReceiveMetadata = () => call.sendStatus(refusal(allowed));
  return intercept(call, { onReceiveMetadata });
}

function intercept(
  call: ServerInterceptingCallInterface,
  listener: ServerListener,
): ServerInterceptingCall {
  return new ServerInterceptingCall(call, { start: (next) => next(listener) });
}

function refusal(allowed: string) {
  const metadata = new Metadata();
  metadata.set(RETRY_PUSHBACK.key, RETRY_PUSHBACK.never);
  const details = `the server cannot take that much; allowed: ${allowed}`;
  return { code: status.RESOURCE_EXHAUSTED, details, metadata };
}

function sizeOf(metadata: Metadata): number {
  return Object.entries(metadata.toHttp2Headers())
    .flatMap(([name, values]) => [values ?? []].flat().map((value) => `${name}${value}`.length))
    .reduce((sum, length) => sum + length, 0);
}
