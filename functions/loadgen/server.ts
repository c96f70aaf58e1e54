import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type HttpFunction, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { AppError, toAppError } from '../../lib/errors.ts';
import { type HttpLimits, httpServerOptions } from '../../lib/http-limits.ts';
import { answerExpectation, answerMalformed, checkHost } from '../../lib/problem.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { noSuchPath, sendProblem } from './app.ts';

/** The name that the platform's target gives the function. */
const FUNCTION_NAME = 'loadgen';

const MAX_BODY_BYTES = 64 * 1024;
/** A body has 64 KiB at most, and callers are few. */
const HTTP_LIMITS: HttpLimits = { connections: 1_000, receiveTimeoutMs: 10_000 };

/** Paths that the framework keeps from the function and answers itself, with nothing. */
const KEPT_FROM_FUNCTION = /^\/(favicon\.ico|robots\.txt)(\/|$)/i;

/** The framework's application: an Express one, which hands on what it could not do. */
type Framework = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export type LoadgenServer = Readonly<{
  /** Listening is left to the caller. */
  server: Server;
  /**
   * Takes no more connections, waits for `answered`, gives the answers `timeoutMs` to go out and
   * cuts off what is left then, such as a request that never comes to its end.
   */
  close(options: { answered: Promise<unknown>; timeoutMs: number }): Promise<void>;
}>;

/**
 * Registers the function as every user of the functions framework does, and takes the framework's
 * application. Three promises forbid the rest of it, its command line included:
 * - SIGTERM answers what is in flight and stores the last spans. The command line's own handler
 *   exits at once.
 * - A body has at most MAX_BODY_BYTES. The framework takes 1 GB and has no option for it, so the
 *   body is read here; its parsers leave a request alone that has been read to its end.
 * - Every error is problem+json. The framework and Express answer with an HTML page that shows a
 *   stack, so what they refuse comes back here.
 *
 * It comes from the server that the framework offers for tests: no other entry gives one that does
 * not listen at once. test/rules/borrowed-internals.test.ts says what is relied on. The server itself
 * is ours, because node takes some limits only when it creates one.
 */
export function createServer(options: {
  app: HttpFunction;
  logger: Logger;
  limits?: HttpLimits;
}): LoadgenServer {
  const { app, logger, limits = HTTP_LIMITS } = options;
  http(FUNCTION_NAME, app);
  const [framework] = getTestServer(FUNCTION_NAME).listeners('request') as Framework[];
  if (!framework) throw new Error('the functions framework gave a server without a listener');
  const server = createHttpServer(httpServerOptions(limits));
  server.maxConnections = limits.connections;
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const refuse = (error: AppError) => {
      // What is left of the request is not read, so nothing can follow it.
      response.setHeader('connection', 'close');
      sendProblem({ request, response, error, logger });
    };
    try {
      checkHost(request);
      const body = await readBody(request);
      checkPath(request.url ?? '');
      Object.assign(request, { body });
    } catch (error) {
      refuse(toAppError(error));
      return;
    }
    framework(request, response, (error) => refuse(error ? toAppError(error) : noSuchPath()));
  });
  server.on('checkExpectation', answerExpectation);
  server.on('clientError', answerMalformed);
  return {
    server,
    async close({ answered, timeoutMs }) {
      const closed = once(server, 'close');
      server.close();
      await answered;
      const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Refuses the paths that the framework would answer itself. */
function checkPath(url: string): void {
  const path = url.split('?', 1)[0] ?? '';
  // Express parses an absolute URL by node's old parser, which warns on stderr of a wrong port.
  if (!path.startsWith('/')) {
    throw new AppError('invalidArgument', 'the request target is not a path; allowed: /');
  }
  if (KEPT_FROM_FUNCTION.test(path)) throw noSuchPath();
  try {
    decodeURIComponent(path);
  } catch (cause) {
    const text = 'the path cannot be decoded; allowed: percent-encoded UTF-8';
    throw new AppError('invalidArgument', text, { cause });
  }
}

/** Throws AppError. For a caller that has gone, its answer goes nowhere. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) {
        const text = `the body is too long; allowed: at most ${MAX_BODY_BYTES} bytes`;
        throw new AppError('invalidArgument', text);
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalidArgument', 'the request body was truncated', { cause });
  }
  return Buffer.concat(chunks);
}
