import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { AppError, toAppError } from '../../lib/errors.ts';
import { type HttpLimits, httpServerOptions } from '../../lib/http-limits.ts';
import {
  answerExpectation,
  answerMalformed,
  checkHost,
  createProblem,
  PROBLEM_TYPE,
  retryAfter,
} from '../../lib/problem.ts';
import { parseTimeout, TIMEOUT_HEADER } from '../../lib/request-timeout.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { PRESSURE_HEADER } from '../../lib/telemetry/names.ts';
import { nameByRoute } from '../../lib/telemetry/route.ts';
import { flushBeforeResponse, pressureHeader } from '../../lib/telemetry/telemetry.ts';
import { awaitLastUse } from './last-use.ts';
import { parseQueryParameter } from './parameters.ts';
import { isProbe, PROBES, pathOf } from './paths.ts';
import { logRequest } from './request-log.ts';
import { type SearchOptions, search } from './search.ts';
import { endUnsent } from './unsent-answer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborts when the caller goes away before the answer is out. */
    gone: AbortSignal | undefined;
    failure: AppError | undefined;
  }
}

const ALLOWED_METHODS = 'GET, HEAD';

export type ClientLimits = HttpLimits &
  Readonly<{
    /** Requests under way; one more is answered with 503. Probes always have room. */
    requests: number;
    /** From a stop on, how long a connection that is kept alive may be used once more. */
    lastUseMs: number;
  }>;

/** A burst of loadgen's has 1,000 requests, each on its own connection. */
const LIMITS: ClientLimits = {
  connections: 2_000,
  requests: 1_000,
  receiveTimeoutMs: 30_000,
  lastUseMs: 1_000,
};

/** No route has a schema. By default fastify loads two compilers for them at every start. */
const WITHOUT_SCHEMAS = {
  compilersFactory: { buildValidator: () => noCompiler, buildSerializer: () => noCompiler },
};

function noCompiler(): never {
  throw new Error('a route has a schema, and no compiler is loaded for it');
}

/**
 * The HTTP edge: GET / (count the lines of one query), /health (this process), /ready (the server
 * behind it). Opens nothing until it listens.
 */
export function createApp(
  options: SearchOptions & { logger: Logger; limits?: ClientLimits },
): FastifyInstance {
  const { server, logger, limits = LIMITS } = options;
  const app = fastify({
    // A request that comes in while the server stops is answered anyway.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // No request has a body, so this time is for its headers.
    requestTimeout: limits.receiveTimeoutMs,
    http: httpServerOptions(limits),
    schemaController: WITHOUT_SCHEMAS,
    // A path that cannot be decoded is refused before any hook.
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply);
      logRequest({ request, reply, logger, durationMs: 0 });
    },
    clientErrorHandler: answerMalformed,
  });
  app.server.maxConnections = limits.connections;
  app.server.on('checkExpectation', answerExpectation);
  const lastUse = awaitLastUse(app.server, limits.lastUseMs);
  let isStopping = false;
  let underWay = 0;

  app.decorateRequest('gone', undefined);
  app.decorateRequest('failure', undefined);
  app.addHook('preClose', async () => {
    isStopping = true;
    await lastUse();
  });

  app.addHook('onRequest', (request, reply, done) => {
    const startMs = performance.now();
    nameByRoute(request.routeOptions.url);
    const gone = new AbortController();
    request.gone = gone.signal;
    underWay += 1;
    // 'close' comes once, whether the answer went out or the caller did.
    reply.raw.once('close', () => {
      underWay -= 1;
      if (!reply.raw.writableEnded) {
        request.failure ??= new AppError('cancelled', 'the caller closed the connection');
        gone.abort(request.failure);
      }
      const durationMs = performance.now() - startMs;
      logRequest({ request, reply, logger, durationMs });
    });
    // Here rather than in a handler, so that no body is read first.
    checkHost(request.raw);
    if (request.is404) throw refusal(request, reply);
    if (underWay > limits.requests && !isProbe(request)) {
      const text = `client has too many requests under way; allowed: ${limits.requests}`;
      throw new AppError('unavailable', text);
    }
    done();
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    // Else a connection kept alive would hold up the stop until its time is over.
    if (isStopping) reply.header('connection', 'close');
    // A probe has no spans, and an outage of tracing must not restart the service.
    if (isProbe(request)) return done();
    const addPressure = () => {
      const pressure = pressureHeader();
      if (pressure !== undefined) reply.header(PRESSURE_HEADER, pressure);
    };
    const flushed = flushBeforeResponse();
    if (flushed === undefined) {
      addPressure();
      return done();
    }
    flushed
      .then(addPressure)
      .then(() => done(), done)
      .catch((error: unknown) => endUnsent({ request, reply, logger }, error));
  });
  app.setErrorHandler(sendProblem);

  app.get('/', async (request) => {
    const query = parseQueryParameter(request.url);
    const timeoutMs = parseTimeout(request.headers[TIMEOUT_HEADER]);
    return search(query, { signal: request.gone ?? AbortSignal.abort(), timeoutMs }, options);
  });
  for (const path of ['/health', '/_healthz']) {
    app.get(path, async (_request, reply) => reply.type('text/plain').send('ok'));
  }
  app.get('/ready', async (request, reply) => {
    await server.checkHealth(request.gone ? { signal: request.gone } : {});
    return reply.type('text/plain').send('ready');
  });
  return app;
}

/** 405 for a known path, 404 for any other. */
function refusal(request: FastifyRequest, reply: FastifyReply): AppError {
  const path = pathOf(request);
  if (path !== '/' && !PROBES.includes(path)) {
    return new AppError('notFound', `there is no such path; allowed: /, ${PROBES.join(', ')}`);
  }
  reply.header('allow', ALLOWED_METHODS);
  return new AppError('methodNotAllowed', `allowed methods: ${ALLOWED_METHODS}`);
}

/** The one place where an error becomes an answer. */
function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = isFrameworkRefusal(thrown)
    ? new AppError('invalidArgument', thrown.message, { cause: thrown })
    : toAppError(thrown);
  request.failure = error;
  const problem = createProblem(error);
  const seconds = retryAfter(error);
  if (seconds !== undefined) reply.header('retry-after', seconds);
  reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/** fastify's own 4xx, such as a path that cannot be decoded; its messages are meant for callers. */
function isFrameworkRefusal(error: unknown): error is Error {
  if (!(error instanceof Error && 'statusCode' in error)) return false;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
}
