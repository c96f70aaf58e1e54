import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AppError, ERRORS } from '../../lib/errors.ts';
import { createProblem, PROBLEM_TYPE } from '../../lib/problem.ts';
import type { Logger } from '../../lib/telemetry/log.ts';

/** The one place where an error becomes an answer of loadgen's, and a line of its log. */
export function sendProblem(options: {
  request: IncomingMessage;
  response: ServerResponse;
  error: AppError;
  logger: Logger;
  /** Members of the body besides those that every problem has. */
  extension?: Readonly<Record<string, unknown>>;
}): void {
  const { request, response, error, logger, extension = {} } = options;
  const { method, url = '' } = request;
  const status = ERRORS[error.kind].http;
  const level = status === 500 ? 'error' : status > 500 ? 'warn' : 'info';
  logger[level](
    { httpRequest: { requestMethod: method, requestUrl: url, status }, error },
    `${method} ${url.split('?', 1)[0]} ${status}`,
  );
  response.statusCode = status;
  response.setHeader('content-type', PROBLEM_TYPE);
  response.end(JSON.stringify(createProblem(error, extension)));
}
