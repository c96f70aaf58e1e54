import { join } from 'node:path';
import { type Clock, systemClock } from '../../../lib/clock.ts';
import { createDeviationTally } from '../deviation.ts';
import type { Trace } from '../model.ts';
import { createPageCache, type Place, prune, type ReadState, requestKey } from './page-cache.ts';
import { createReadBudget } from './read-budget.ts';
import type { SourceDescription, TraceSource } from './source.ts';
import { SYSTEM_FILTER } from './system-filter.ts';
import { createTraceApi, QuotaExhaustedError, StalePageError } from './trace-api.ts';

export type CloudTraceOptions = Readonly<{
  projectId: string;
  /** Of a local Cloud Trace; the real one where absent. */
  rootUrl?: string | undefined;
  filter?: string | undefined;
  /** The times as they were asked for: by them a read that was killed is found again. */
  times: string;
  /** The moment that relative times were counted from; a window without an end ends there. */
  askedAtMs: number;
  sinceMs: number;
  untilMs: number | null;
  mostTraces: number;
  /** Reads everything again, whatever was read before. */
  restart: boolean;
  cacheDirectory: string;
  clock?: Clock;
  /** One line on how far it is. */
  onProgress?: (text: string) => void;
}>;

export const placeOf = (options: Pick<CloudTraceOptions, 'projectId' | 'rootUrl' | 'filter'>) => {
  const { projectId, rootUrl, filter = SYSTEM_FILTER } = options;
  return { projectId, rootUrl, filter } satisfies Place;
};

/** Cloud Trace, read through its v1 API within its quotas; the local one by the very same code. */
export function createCloudTraceSource(options: CloudTraceOptions): TraceSource {
  const { projectId, rootUrl, cacheDirectory, clock = systemClock } = options;
  const { onProgress = () => {} } = options;
  const place = placeOf(options);
  const window = {
    startTime: new Date(options.sinceMs).toISOString(),
    endTime: new Date(options.untilMs ?? options.askedAtMs).toISOString(),
  };
  const cache = createPageCache(cacheDirectory, place, window);
  const budget = createReadBudget({ clock, file: spentFile(cacheDirectory, place) });
  const tell = (more: string) =>
    onProgress(`Cloud Trace: ${state?.traces ?? 0} traces, ${budget.total()} units${more}`);
  const api = createTraceApi({
    projectId,
    clock,
    rootUrl,
    onDeviation: (deviation) => ofPage.add(deviation),
    spend: (units, signal) =>
      budget.take(units, signal, (ms) => tell(`, waiting ${Math.ceil(ms / 1_000)} s for quota`)),
    onRetry: (reason, pauseMs) =>
      onProgress(`Cloud Trace: ${reason}, trying again in ${Math.ceil(pauseMs / 1_000)} s`),
  });
  let state: ReadState | undefined;
  let truncated: string | null = null;
  const tally = createDeviationTally();
  /** Of the page that is read now: the cache keeps them with it. */
  const ofPage = createDeviationTally();

  const describe = (): SourceDescription => ({
    kind: 'cloud-trace',
    name: projectId,
    local: rootUrl !== undefined,
    since: window.startTime,
    until: window.endTime,
  });

  const begin = (): ReadState => ({
    version: 3,
    request: requestKey(place, options.times),
    askedAtMs: options.askedAtMs,
    ...window,
    startedAtMs: clock.epochMs(),
    readerPid: process.pid,
    savedAtMs: clock.epochMs(),
    pages: 0,
    traces: 0,
    complete: false,
  });

  async function* readPagesFrom(from: ReadState, signal: AbortSignal): AsyncGenerator<Trace> {
    let current = from;
    while (!current.complete) {
      if (current.traces >= options.mostTraces) {
        truncated = `stopped after ${current.traces} traces (--max-traces)`;
        return;
      }
      tell('');
      const { nextPageToken: pageToken, ...rest } = current;
      ofPage.clear();
      const page = await api.list({ filter: place.filter, ...window, pageToken }, signal);
      const { traces } = page;
      current = {
        ...rest,
        readerPid: process.pid,
        savedAtMs: clock.epochMs(),
        pages: rest.pages + 1,
        traces: rest.traces + traces.length,
        ...(page.nextPageToken ? { nextPageToken: page.nextPageToken } : {}),
        complete: !page.nextPageToken,
      };
      state = current;
      const deviations = ofPage.all();
      for (const one of deviations) tally.add(one);
      await cache.savePage({ traces, deviations }, describe(), current);
      yield* traces;
    }
  }

  return {
    describe,
    readAtMs: () => state?.startedAtMs ?? options.askedAtMs,
    async *read(signal) {
      await prune(cacheDirectory, clock.epochMs());
      const saved = options.restart ? undefined : await cache.readState(clock.epochMs());
      if (saved === undefined) await cache.clear();
      state = saved ?? begin();
      if (saved !== undefined) {
        onProgress(`Cloud Trace: ${saved.traces} traces were read before`);
        yield* cache.readPages(saved.pages, signal, (one) => tally.add(one));
      }
      try {
        yield* readPagesFrom(state, signal);
      } catch (error) {
        if (error instanceof QuotaExhaustedError) {
          truncated = `${error.message}; ${state.traces} traces were read`;
          return;
        }
        if (!(error instanceof StalePageError)) throw error;
        // Traces come twice now; the reader of a source takes each once.
        await cache.clear();
        tally.clear();
        state = begin();
        yield* readPagesFrom(state, signal);
      }
    },
    async find(traceIds, signal) {
      const found = new Map<string, Trace>();
      for await (const trace of cache.readPages(state?.pages ?? 0, signal)) {
        if (traceIds.has(trace.traceId)) found.set(trace.traceId, trace);
      }
      for (const traceId of traceIds) {
        if (found.has(traceId)) continue;
        const trace = await api.get(traceId, signal);
        if (trace !== undefined) found.set(traceId, trace);
      }
      return [...found.values()];
    },
    truncated: () => truncated,
    deviations: () => tally.all(),
  };
}

/** Units count by project, whatever was asked for. */
function spentFile(cacheDirectory: string, { projectId, rootUrl }: Place): string {
  const name = encodeURIComponent(rootUrl === undefined ? projectId : `${projectId}@${rootUrl}`);
  return join(cacheDirectory, `spent-${name}.json`);
}
