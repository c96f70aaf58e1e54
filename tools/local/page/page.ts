import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { html } from '../../compare/html/markup.ts';
import { isFresh, SETTLED_AFTER_MS } from '../../traces/completeness.ts';
import type { Trace } from '../../traces/model.ts';
import { requestsOf } from '../../traces/normalise.ts';
import type { TraceStore } from '../cloud/trace/store.ts';
import type { LogBook } from '../log-book.ts';
import type { PlatformName } from '../platforms/platform.ts';
import { awaitsSpans } from '../watch-traces.ts';
import type { Compared } from './comparer.ts';
import { type Logged, renderTrace } from './drawn-trace.ts';
import { LIVE_POLICY, type LiveParts, renderLivePage, renderParts } from './live-page.ts';
import { newestFirst } from './newest-first.ts';
import { newestRuns } from './newest-runs.ts';
import { createNews } from './news.ts';
import { renderRecentTraces } from './recent-traces.ts';
import { renderSavedTraces } from './saved-list.ts';
import type { SavedTraces } from './saved-traces.ts';
import { renderBeside } from './side-by-side.ts';

export type PageOptions = Readonly<{
  traceStore: Pick<TraceStore, 'traceIds' | 'trace' | 'traces' | 'onSpan'>;
  /** Compares the newest complete traces. Never called twice at the same time. */
  render: (compared: Compared) => Promise<LiveParts>;
  logBook?: Pick<LogBook, 'ofTrace'>;
  /** Traces of an earlier run. */
  saved?: readonly SavedTraces[];
  /** The platform that runs without the other. */
  alone?: PlatformName | undefined;
  /** Milliseconds of a clock that never goes back. */
  nowMs?: () => number;
  /** The time of day, as spans have it. */
  wallClockMs?: () => number;
}>;

export type Page = Readonly<{ url: string; close(): Promise<void> }>;

const SHOWN_TRACES = 50;
/** The statistics go through every request many times: too much work for every new span. */
const COMPARE_EVERY_MS = 3_000;
/** About 15 runs of both platforms. Copying traces to the worker blocks this thread. */
const COMPARED_TRACES = 600;

/** One trace, or two side by side. */
const TRACE_PATH = /^\/traces\/([0-9a-f]{32})(?:\/with\/([0-9a-f]{32}))?$/;

const noSuchTrace = (traceId: string) =>
  `This run has no trace ${traceId}. A trace appears some seconds after its request. To see traces of an earlier run, save them (up --once --save FILE) and open them with up --beside FILE.`;

const HEADERS = {
  'content-security-policy': LIVE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** Serves the comparison and the recent traces of the local run live, on loopback. */
export async function startPage(options: PageOptions): Promise<Page> {
  const { traceStore, nowMs = () => performance.now(), wallClockMs = Date.now } = options;
  const news = createNews(SETTLED_AFTER_MS);
  const stopListening = traceStore.onSpan(() => news.changed());
  const isComing = (trace: Trace) =>
    isFresh(trace, wallClockMs()) && requestsOf(trace).some(awaitsSpans);
  // A trace that is still arriving would be reported as incomplete.
  const settled = () => traceStore.traces().filter((trace) => !isComing(trace));
  const render = () => {
    const all = settled();
    return options.render({ traces: newestRuns(all, COMPARED_TRACES), of: all.length });
  };
  const parts = createParts(render, { nowMs, alone: options.alone });
  const list = () =>
    renderRecentTraces(recentTraces(traceStore), (trace) => isFresh(trace, wallClockMs()));

  // They do not change.
  const { saved = [] } = options;
  const savedLists = html`${saved.map(renderSavedTraces)}`;
  const find = (traceId: string): Logged | undefined => {
    const trace = traceStore.trace(traceId);
    if (trace) return { trace, logs: options.logBook?.ofTrace(traceId) ?? [] };
    const file = saved.find(({ traces }) => traces.has(traceId));
    const earlier = file?.traces.get(traceId);
    return earlier && { trace: earlier, logs: [], from: file?.name };
  };

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = refuse(request, (server.address() as AddressInfo).port);
    if (refusal !== undefined) return send(response, refusal.status, 'text/plain', refusal.reason);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const [, traceId, otherId] = TRACE_PATH.exec(path) ?? [];
    if (path === '/') {
      return parts().then((now) =>
        send(response, 200, 'text/html', renderLivePage(now, list(), savedLists)),
      );
    }
    if (path === '/events') return news.add(response);
    if (path === '/comparison') {
      return parts().then((now) => send(response, 200, 'application/json', JSON.stringify(now)));
    }
    if (path === '/traces') return send(response, 200, 'text/html', `${list()}`);
    if (traceId === undefined) return send(response, 404, 'text/plain', 'no such page');
    const one = find(traceId);
    const other = otherId === undefined ? undefined : find(otherId);
    if (one === undefined) return send(response, 404, 'text/plain', noSuchTrace(traceId));
    if (otherId === undefined) return send(response, 200, 'text/html', `${renderTrace(one)}`);
    if (other === undefined) return send(response, 404, 'text/plain', noSuchTrace(otherId));
    return send(response, 200, 'text/html', `${renderBeside(one, other)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      stopListening();
      news.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A page elsewhere can have its own name resolve to 127.0.0.1 and would then share this origin:
 * only requests that name this machine are answered.
 */
function refuse(request: IncomingMessage, port: number) {
  const host = request.headers.host ?? '';
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return { status: 403, reason: 'this page answers only to 127.0.0.1 and localhost' };
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, reason: 'allowed methods: GET, HEAD' };
  }
  return undefined;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

function recentTraces(traceStore: PageOptions['traceStore']): Trace[] {
  const ids = traceStore.traceIds().slice(-2 * SHOWN_TRACES);
  const traces = ids.flatMap((traceId) => traceStore.trace(traceId) ?? []);
  return newestFirst(traces, SHOWN_TRACES);
}

/** The rendered comparison. Starts one at most every COMPARE_EVERY_MS, and one at a time. */
function createParts(
  render: () => Promise<LiveParts>,
  { nowMs, alone }: Readonly<{ nowMs: () => number; alone: PlatformName | undefined }>,
): () => Promise<LiveParts> {
  let last: Readonly<{ atMs: number; parts: Promise<LiveParts> }> | undefined;
  let rendering = false;
  const attempt = async (): Promise<LiveParts> => {
    rendering = true;
    try {
      return await render();
    } catch (error) {
      // Shown on the page: the run continues and its traces stay readable.
      const failure = error instanceof Error ? error.message : String(error);
      return renderParts(undefined, { failure, alone });
    } finally {
      rendering = false;
    }
  };
  return () => {
    const due = last === undefined || nowMs() - last.atMs >= COMPARE_EVERY_MS;
    if (last === undefined || (due && !rendering)) last = { atMs: nowMs(), parts: attempt() };
    return last.parts;
  };
}
