import type { IncomingMessage } from 'node:http';
import type { Faults } from '../faults.ts';
import { GOOGLE_STATUS, GoogleError, restErrorBody, toGoogleError } from '../google-status.ts';
import { type HttpService, sendJson, startHttpService } from '../http-service.ts';
import { authenticate, authorize } from '../identity/caller.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import { listTraces, v1Spans } from './list.ts';
import { type Quota, READ_UNITS } from './quota.ts';
import type { TraceStore } from './store.ts';

/**
 * Reading in Cloud Trace's v1 REST API: projects.traces.list and .get. Unlike the real one it answers
 * a caller without a token, so that a tool can read without the local metadata server. It checks a
 * token that is sent.
 */
export async function startTraceRead(options: {
  store: TraceStore;
  projectNumber: string;
  tokens: TokenIssuer;
  quota: Quota;
  faults?: Faults;
}): Promise<HttpService> {
  const { store, tokens, quota, faults } = options;

  const answer = async (request: IncomingMessage): Promise<object> => {
    const url = new URL(request.url ?? '/', 'http://trace');
    const [, project, traceId] =
      /^\/v1\/projects\/([^/]+)\/traces(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (project === undefined || request.method !== 'GET') {
      throw new GoogleError('NOT_FOUND', `Method not found: ${request.method} ${url.pathname}`);
    }
    const operation = traceId === undefined ? 'list' : 'get';
    await faults?.strike('trace-read', operation, traceId);
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      authorize(authenticate(tokens, authorization), store.projectId);
    }
    if (project !== store.projectId && project !== options.projectNumber) {
      throw new GoogleError('PERMISSION_DENIED', 'The caller does not have permission');
    }
    quota.take(READ_UNITS[operation]);
    if (traceId === undefined) return listTraces(store, url.searchParams);
    if (!/^[0-9a-fA-F]{32}$/.test(traceId)) {
      throw new GoogleError(
        'INVALID_ARGUMENT',
        `Invalid value at 'traceId': ${JSON.stringify(traceId)}; allowed: 32 hex digits`,
      );
    }
    const spans = store.stored(traceId.toLowerCase());
    if (spans.length === 0) {
      throw new GoogleError('NOT_FOUND', `Trace ${traceId} was not found.`);
    }
    // Spans that a retried write stored twice are returned twice, as by the real service.
    return { projectId: store.projectId, traceId: traceId.toLowerCase(), spans: v1Spans(spans) };
  };

  return startHttpService(async (request, response) => {
    try {
      sendJson(response, 200, JSON.stringify(await answer(request)));
    } catch (thrown) {
      const error = toGoogleError(thrown);
      sendJson(response, GOOGLE_STATUS[error.code].http, restErrorBody(error));
    }
  });
}
