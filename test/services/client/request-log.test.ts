import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../lib/errors.ts';
import { logRequest } from '../../../services/client/request-log.ts';
import { recordLog } from '../log-lines.ts';

type Outcome = Readonly<{
  url?: string;
  method?: string;
  /** What the answer has, if it has one. */
  statusCode?: number;
  failure?: AppError;
  durationMs?: number;
}>;

/** The lines of one request with this outcome. */
function linesOf(outcome: Outcome, level = 'info') {
  const { url = '/?q=love', method = 'GET', statusCode = 200, failure, durationMs = 0 } = outcome;
  const { logger, lines } = recordLog();
  logger.level = level;
  const request = { url, method, failure } as FastifyRequest;
  logRequest({ request, reply: { statusCode } as FastifyReply, logger, durationMs });
  return lines;
}
const lineOf = (outcome: Outcome) => linesOf(outcome)[0] ?? {};
const requestOf = (outcome: Outcome) => lineOf(outcome).httpRequest as Record<string, unknown>;

test('a line has the method, the URL, the status and the latency in seconds', () => {
  assert.deepEqual(requestOf({ method: 'HEAD', durationMs: 1_234.5678 }), {
    requestMethod: 'HEAD',
    requestUrl: '/?q=love',
    status: 200,
    latency: '1.234568s',
  });
});

test('a line says the path in its message, and not the query', () => {
  assert.equal(lineOf({ url: '/?q=love' }).message, 'GET / 200');
  assert.equal(lineOf({ url: '/love', method: 'PUT', statusCode: 404 }).message, 'PUT /love 404');
});

test('a line holds 1,024 letters of a URL and 200 of its path', () => {
  const url = `/${'x'.repeat(4_999)}`;
  assert.equal(requestOf({ url }).requestUrl, `${url.slice(0, 1_024)}…`);
  assert.equal(lineOf({ url }).message, `GET ${url.slice(0, 200)}… 200`);
});

for (const [severity, statusCode] of [
  ['INFO', 200],
  ['INFO', 404],
  ['INFO', 499],
  ['ERROR', 500],
  ['WARNING', 501],
  ['WARNING', 503],
] as const) {
  test(`an answer with ${statusCode} makes a line of severity ${severity}`, () => {
    assert.equal(lineOf({ statusCode }).severity, severity);
  });
}

test('the failure tells the status, whatever the answer was about to say', () => {
  const failure = new AppError('cancelled', 'the caller closed the connection');
  const line = lineOf({ statusCode: 200, failure });
  assert.deepEqual([line.severity, line.message], ['INFO', 'GET / 499']);
  assert.equal(requestOf({ statusCode: 200, failure }).status, 499);
});

test('a failure is logged with its cause', () => {
  const cause = new Error('what broke inside');
  const { severity, error, reason } = lineOf({
    failure: new AppError('internal', 'no', { cause }),
  });
  assert.equal(severity, 'ERROR');
  assert.match(JSON.stringify(error), /what broke inside/);
  assert.equal(reason, undefined);
  assert.equal('error' in lineOf({}), false);
});

for (const url of ['/health', '/_healthz', '/ready', '/ready?from=probe']) {
  test(`a probe of ${url} that passes makes a line for debugging only`, () => {
    assert.deepEqual(linesOf({ url }), []);
    assert.deepEqual(
      linesOf({ url }, 'debug').map(({ severity }) => severity),
      ['DEBUG'],
    );
  });
}

test('a server that is not ready yet is no failure of the probe: the line says the reason', () => {
  const cause = new Error('no connection');
  for (const [failure, expected] of [
    [new AppError('unavailable', 'not now', { cause }), 'Error: no connection'],
    [new AppError('unavailable', 'not now'), 'not now'],
  ] as const) {
    const { severity, message, reason, error } = lineOf({ url: '/ready', failure });
    assert.deepEqual(
      [severity, message, reason, error],
      ['INFO', 'GET /ready 503', expected, undefined],
    );
  }
});

test('a server that is not ready is a warning to a request that needs it', () => {
  const { severity, reason, error } = lineOf({ failure: new AppError('unavailable', 'not now') });
  assert.deepEqual([severity, reason], ['WARNING', undefined]);
  assert.ok(error);
});

for (const [kind, severity] of [
  ['badUpstream', 'WARNING'],
  ['deadlineExceeded', 'WARNING'],
  ['internal', 'ERROR'],
] as const) {
  test(`a probe that fails with ${kind} makes a line of severity ${severity}`, () => {
    const line = lineOf({ url: '/ready', failure: new AppError(kind, 'no') });
    assert.equal(line.severity, severity);
    assert.ok(line.error);
  });
}
