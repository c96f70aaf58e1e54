import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS } from '../../lib/errors.ts';
import { excerpt } from '../../lib/telemetry/excerpt.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { isProbe, pathOf } from './paths.ts';

/** One line for a request, when its answer is out or its caller is gone. */
export function logRequest(of: {
  request: FastifyRequest;
  reply: FastifyReply;
  logger: Logger;
  durationMs: number;
}): void {
  const { request, reply, logger } = of;
  const { failure } = request;
  const status = failure ? ERRORS[failure.kind].http : reply.statusCode;
  // A probe reports "not yet", again and again, until the server is up.
  const isNotReady = isProbe(request) && failure?.kind === 'unavailable';
  const level = status === 500 ? 'error' : status > 500 && !isNotReady ? 'warn' : 'info';
  const fields: Record<string, unknown> = {
    httpRequest: {
      requestMethod: request.method,
      requestUrl: excerpt(request.url),
      status,
      latency: `${(of.durationMs / 1_000).toFixed(6)}s`,
    },
  };
  if (isNotReady) fields.reason = String(failure.cause ?? failure.message);
  else if (failure) fields.error = failure;
  logger[isProbe(request) && !failure ? 'debug' : level](
    fields,
    `${request.method} ${excerpt(pathOf(request), 200)} ${status}`,
  );
}
