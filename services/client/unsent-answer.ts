import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/telemetry/log.ts';

/**
 * Ends a request whose answer cannot be sent. Behind a promise nobody else hears of it, and its caller
 * would wait. The line of the request must not say that the caller went away.
 */
export function endUnsent(
  { request, reply, logger }: { request: FastifyRequest; reply: FastifyReply; logger: Logger },
  cause: unknown,
): void {
  const failure = new AppError('internal', 'the answer cannot be sent', { cause });
  if (reply.raw.closed) {
    // The caller left earlier, and the line of the request is written.
    logger.error({ error: failure }, failure.message);
    return;
  }
  // The logger writes an error's own members, so what the answer was to say is not lost.
  request.failure = Object.assign(failure, { answer: request.failure });
  // The server span reads it at 'close'.
  if (!reply.raw.headersSent) reply.raw.statusCode = 500;
  reply.raw.destroy();
}
