import { randomBytes } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { type Clock, sleep } from '../../../../lib/clock.ts';
import type { Span } from '../../../traces/model.ts';
import type { IssuedCertificate } from '../../cloud/identity/certificates.ts';
import type { CloudRunKnobs } from '../knobs.ts';
import type { HeadersSeen, ProgramName } from '../platform.ts';
import type { Exchange } from './exchange.ts';
import { forward, refuse } from './forward.ts';
import { dropSampledFlag, linkingHeaders, readTrace, rewriteTrace } from './headers.ts';
import { removeSignature } from './iam.ts';
import type { Instance } from './instance.ts';
import { startListener } from './listener.ts';
import { createOwnSpan } from './own-span.ts';
import { isReservedPath, NOT_FOUND, type Refusal, TIMED_OUT, UNAVAILABLE } from './refusal.ts';
import { isRefusal, type Service } from './service.ts';

export type FrontEnd = Readonly<{
  /** https://localhost:PORT, which is also the audience of its tokens. */
  origin: string;
  close(): Promise<void>;
}>;

export type FrontEndOptions = Readonly<{
  service: ProgramName;
  instances: Service;
  certificate: IssuedCertificate;
  checkInvoker(authorization: string | undefined, audience: string): Promise<Refusal | undefined>;
  knobs: CloudRunKnobs;
  clock: Clock;
  revision: string;
  projectId: string;
  region: string;
  storeSpan(span: Span): void;
  onRefusal(refusal: Refusal): void;
  onHeaders?: ((seen: HeadersSeen) => void) | undefined;
}>;

/**
 * What stands between a caller and the containers of one service, in the order of a request:
 * reserved paths, IAM, an instance, rewritten trace headers, the container, the front end's span.
 */
export async function startFrontEnd(options: FrontEndOptions): Promise<FrontEnd> {
  const pending = new Set<Promise<void>>();
  const listener = await startListener(options.certificate, (exchange) => {
    const handled = handle(exchange, origin, options)
      .catch((error: Error) => refuseAndTell(exchange, UNAVAILABLE(error.message), options))
      .finally(() => pending.delete(handled));
    pending.add(handled);
  });
  const origin = `https://localhost:${listener.port}`;
  return {
    origin,
    async close() {
      await listener.close();
      await Promise.all(pending);
    },
  };
}

async function handle(exchange: Exchange, origin: string, options: FrontEndOptions): Promise<void> {
  const { clock, knobs, service } = options;
  const startMs = clock.epochMs();
  const refusal = isReservedPath(exchange.path)
    ? NOT_FOUND('the path is reserved by Cloud Run')
    : await options.checkInvoker(exchange.headers.authorization, origin);
  if (refusal) return refuseAndTell(exchange, refusal, options);

  const addedMs = knobs.addedLatencyMs[service];
  if (addedMs > 0) await sleep(clock, addedMs);
  const instance = await options.instances.acquire(exchange.gone);
  if (isRefusal(instance)) return refuseAndTell(exchange, instance, options);
  const timeout = new AbortController();
  const cancel = clock.after(knobs.requestTimeoutMs[service], () => timeout.abort(TIMED_OUT));
  try {
    await serve({ exchange, instance, origin, startMs, timeout: timeout.signal, options });
  } finally {
    cancel();
    options.instances.release(instance);
  }
}

async function serve(request: {
  exchange: Exchange;
  instance: Instance;
  origin: string;
  startMs: number;
  timeout: AbortSignal;
  options: FrontEndOptions;
}): Promise<void> {
  const { exchange, instance, options } = request;
  const { knobs } = options;
  const incoming = readTrace(exchange.headers);
  const spanId = createSpanId();
  const { store, sampled } = knobs.rewriteParent
    ? instance.ownSpans(incoming.sampled)
    : { store: false, sampled: incoming.sampled };
  const rewritten = traceHeaders(exchange, knobs, () =>
    rewriteTrace(exchange.headers, { incoming, spanId, sampled }),
  );
  options.onHeaders?.({
    program: options.service,
    sent: linkingHeaders(exchange.headers),
    received: linkingHeaders({ ...exchange.headers, ...rewritten }),
  });
  const status = await forward({
    exchange,
    upstream: instance.upstream,
    timeout: request.timeout,
    headers: { ...forwardedHeaders(exchange), ...rewritten },
  });
  if (!store) return;
  const span = createOwnSpan({
    traceId: incoming.traceId,
    spanId,
    parentSpanId: incoming.spanId,
    startMs: request.startMs,
    endMs: options.clock.epochMs(),
    method: exchange.method,
    path: exchange.path,
    origin: request.origin,
    status,
    projectId: options.projectId,
    region: options.region,
    service: options.service,
    revision: options.revision,
  });
  options.storeSpan(span);
}

function traceHeaders(
  exchange: Exchange,
  knobs: CloudRunKnobs,
  rewrite: () => OutgoingHttpHeaders,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = knobs.rewriteParent ? rewrite() : {};
  const context = headers['x-cloud-trace-context'] ?? exchange.headers['x-cloud-trace-context'];
  if (!knobs.dropSampledFlag || !exchange.isGrpc || context === undefined) return headers;
  return { ...headers, 'x-cloud-trace-context': dropSampledFlag(String(context)) };
}

function forwardedHeaders(exchange: Exchange): OutgoingHttpHeaders {
  const { headers, remoteAddress } = exchange;
  const before = headers['x-forwarded-for'];
  return {
    'x-forwarded-for': before === undefined ? remoteAddress : `${before},${remoteAddress}`,
    'x-forwarded-proto': 'https',
    forwarded: `for="${remoteAddress}";proto=https`,
    ...(headers.authorization && { authorization: removeSignature(headers.authorization) }),
    // Hop by hop, but gRPC servers require it.
    ...(exchange.isGrpc && { te: 'trailers' }),
  };
}

function refuseAndTell(exchange: Exchange, refusal: Refusal, options: FrontEndOptions): void {
  refuse(exchange, refusal);
  options.onRefusal(refusal);
}

function createSpanId(): string {
  const id = randomBytes(8).toString('hex');
  return id === '0'.repeat(16) ? createSpanId() : id;
}
