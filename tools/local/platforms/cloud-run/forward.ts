import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';
import { type Refusal, UNAVAILABLE } from './refusal.ts';
import type { Upstream } from './upstream.ts';

/** Headers of one connection only, RFC 9110 section 7.6.1; `te` is added again for gRPC. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * Forwards one request to a container and its answer back, both as streams, and the end of either
 * side to the other. Resolves with the status that the caller got, when both have ended.
 */
export async function forward(options: {
  exchange: Exchange;
  upstream: Upstream;
  /** Added to the caller's headers, or replacing them. */
  headers: OutgoingHttpHeaders;
  /** Aborts at the service's request timeout, with the refusal as its reason. */
  timeout: AbortSignal;
}): Promise<number> {
  const { exchange, upstream, timeout } = options;
  const call = upstream.call({
    method: exchange.method,
    path: exchange.path,
    authority: exchange.authority,
    headers: { ...endToEnd(exchange.headers), ...options.headers },
    hasBody: exchange.body !== undefined,
  });
  exchange.body?.pipe(call.body);
  const cancel = () => call.cancel();
  exchange.gone.addEventListener('abort', cancel, { once: true });
  timeout.addEventListener('abort', cancel, { once: true });
  try {
    const reply = await call.reply;
    const out = exchange.respond(reply.status, endToEnd(reply.headers), reply.body === undefined);
    if (reply.body === undefined || out === undefined) return reply.status;
    reply.body.pipe(out, { end: false });
    if (await ended(reply.body)) exchange.finish(endToEnd(reply.trailers()));
    else exchange.reset(call.resetCode());
    return reply.status;
  } catch (error) {
    if (exchange.gone.aborted) return CLIENT_CLOSED;
    const refusal = timeout.aborted
      ? (timeout.reason as Refusal)
      : UNAVAILABLE(`the container gave no answer: ${(error as Error).message}`);
    refuse(exchange, refusal);
    return refusal.status;
  } finally {
    exchange.gone.removeEventListener('abort', cancel);
    timeout.removeEventListener('abort', cancel);
  }
}

/** nginx's status for a caller that went away; Cloud Run logs it too. */
const CLIENT_CLOSED = 499;

export function refuse(exchange: Exchange, { status, headers, body }: Refusal): void {
  if (exchange.headSent()) {
    exchange.reset();
    return;
  }
  exchange.body?.resume();
  const length = String(Buffer.byteLength(body));
  exchange.respond(status, { ...headers, 'content-length': length }, false)?.end(body);
}

function ended(body: NodeJS.ReadableStream): Promise<boolean> {
  return new Promise((resolve) => {
    body.once('end', () => resolve(true));
    body.once('error', () => resolve(false));
    body.once('close', () => resolve(false));
  });
}

function endToEnd(headers: IncomingHttpHeaders | OutgoingHttpHeaders): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !HOP_BY_HOP.has(name),
  );
  return Object.fromEntries(kept);
}
