import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpFunction, Request, Response } from '@google-cloud/functions-framework';
import type { Clock } from '../../lib/clock.ts';
import { AppError, ERRORS, toAppError } from '../../lib/errors.ts';
import { createProblem, PROBLEM_TYPE, retryAfter } from '../../lib/problem.ts';
import { excerpt } from '../../lib/telemetry/excerpt.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { nameByRoute } from '../../lib/telemetry/route.ts';
import { activeSpanContext } from '../../lib/telemetry/span.ts';
import type { LoadgenConfig } from './config.ts';
import { SCHEDULE_TIME_HEADER } from './contract.ts';
import { BadLoadRequest, createPlan } from './plan.ts';
import type { Runs } from './runs.ts';

/** The second is the codelab's; Cloud Run keeps paths that end in z to itself. */
const HEALTH_PATHS: readonly string[] = ['/health', '/_healthz'];

/** The HTTP function: routes (the framework hands it every path), and the one error handler. */
export function createApp(options: {
  runs: Runs;
  config: LoadgenConfig;
  clock: Clock;
  logger: Logger;
}): HttpFunction {
  const { runs, config, clock, logger } = options;

  const load = async (request: Request, response: Response): Promise<void> => {
    if (runs.stopping) throw new AppError('unavailable', 'loadgen is stopping; try again');
    const plan = createPlan({
      body: request.body,
      scheduleTimeHeader: request.get(SCHEDULE_TIME_HEADER),
      nowEpochMs: clock.epochMs(),
      invocation: activeSpanContext(),
      config,
    });
    const summary = await runs.run(plan);
    // Kept alive, the connection would hold up the end of the server.
    if (runs.stopping) response.set('Connection', 'close');
    // 200 even when requests failed: a caller that retries would fire the burst again.
    if (summary.sent > 0 || summary.duplicate) {
      response.status(200).json(summary);
      return;
    }
    const error = new AppError('unavailable', 'no request could be sent; see summary and the log');
    sendProblem({ request, response, error, logger, extension: { summary } });
  };

  return async (request, response) => {
    try {
      if (HEALTH_PATHS.includes(request.path)) {
        allow(request, response, ['GET', 'HEAD']);
        // Express's send() would answer 304 to `If-None-Match: *`.
        response.type('text/plain').end('ok');
      } else if (request.path === '/') {
        allow(request, response, ['POST']);
        nameByRoute(request.path);
        await load(request, response);
      } else {
        throw noSuchPath();
      }
    } catch (thrown) {
      const error = toAppError(thrown);
      const extension = thrown instanceof BadLoadRequest ? { problems: thrown.problems } : {};
      sendProblem({ request, response, error, logger, extension });
    }
  };
}

export function noSuchPath(): AppError {
  return new AppError('notFound', `allowed paths: / and ${HEALTH_PATHS.join(' and ')}`);
}

function allow(request: Request, response: Response, methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  response.set('Allow', methods.join(', '));
  throw new AppError(
    'methodNotAllowed',
    `${request.path} has no ${request.method}; allowed: ${methods.join(', ')}`,
  );
}

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
    { httpRequest: { requestMethod: method, requestUrl: excerpt(url), status }, error },
    `${method} ${excerpt(url.split('?', 1)[0] ?? '', 200)} ${status}`,
  );
  response.statusCode = status;
  response.setHeader('content-type', PROBLEM_TYPE);
  const seconds = retryAfter(error);
  if (seconds !== undefined) response.setHeader('retry-after', seconds);
  response.end(JSON.stringify(createProblem(error, extension)));
}
