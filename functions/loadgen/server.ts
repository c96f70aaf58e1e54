import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { HttpFunction } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { AppError } from '../../lib/errors.ts';
import { createProblem, PROBLEM_TYPE } from '../../lib/problem.ts';
import { FUNCTION_NAME, registerLoadgen } from './index.ts';

const MAX_BODY_BYTES = 64 * 1024;
const RECEIVE_TIMEOUT_MS = 10_000;

/**
 * The functions framework's own server, without its command line, whose SIGTERM handler exits at
 * once and loses spans. Listening and stopping are left to the caller.
 *
 * The framework takes bodies of up to 1 GB, and answers what is not JSON with an HTML page that
 * shows a stack. So the body is read here, within a bound, and the function parses it: a request
 * that has been read to its end goes past the framework's parsers untouched.
 */
export function createServer(app: HttpFunction): Server {
  registerLoadgen(app);
  const server = getTestServer(FUNCTION_NAME);
  const [framework] = server.listeners('request') as RequestListener[];
  if (!framework) throw new Error('the functions framework gave a server without a listener');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    readBody(request).then(
      (body) => {
        Object.assign(request, { body });
        framework(request, response);
      },
      (error: unknown) => refuse(response, error),
    );
  });
  server.requestTimeout = RECEIVE_TIMEOUT_MS;
  server.headersTimeout = RECEIVE_TIMEOUT_MS;
  return server;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      const text = `the body is too long; allowed: at most ${MAX_BODY_BYTES} bytes`;
      throw new AppError('invalidArgument', text);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** For a caller that is gone there is nobody to tell; the response then goes nowhere. */
function refuse(response: ServerResponse, thrown: unknown): void {
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError('invalidArgument', 'the body broke off before its end', { cause: thrown });
  const problem = createProblem(error);
  response.writeHead(problem.status, {
    'content-type': PROBLEM_TYPE,
    connection: 'close',
  });
  response.end(JSON.stringify(problem));
}
