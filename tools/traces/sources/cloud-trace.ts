import { join } from 'node:path';
import { type Clock, systemClock } from '../../../lib/clock.ts';
import { createDeviationTally } from '../deviation.ts';
import type { Trace } from '../model.ts';
import { createPageCache, type Place, prune, requestKey } from './page-cache.ts';
import { createPageLog } from './page-log.ts';
import { createReadBudget, PAGE_TRACES } from './read-budget.ts';
import { failureTermsFor } from './sampling/failure-terms.ts';
import { type AskedPage, followPlan } from './sampling/follow-plan.ts';
import { type Ask, planReads } from './sampling/read-plan.ts';
import { inSample, type Sample, startOf } from './sampling/sample.ts';
import type { Slice } from './sampling/slices.ts';
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
  /** The windows of the cohorts, where they do not fill it. */
  windows?: readonly Slice[] | undefined;
  /** Pages for about so many are read; where that is not all, of slices of time. */
  mostTraces: number;
  /** At most so many slices are read; null: as many as there are pages for. */
  mostRuns: number | null;
  /** Chooses the slices. */
  seed: number;
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
  const slice = { startMs: options.sinceMs, endMs: options.untilMs ?? options.askedAtMs };
  const window = timesOf(slice);
  const cache = createPageCache(cacheDirectory, place, window);
  const budget = createReadBudget({ clock, file: spentFile(cacheDirectory, place) });
  const store = rootUrl === undefined ? 'Cloud Trace' : 'local trace store';
  const tell = (more: string) =>
    onProgress(`${store}: ${log.traces()} traces, ${budget.total()} units${more}`);
  const api = createTraceApi({
    projectId,
    clock,
    rootUrl,
    onDeviation: (deviation) => ofPage.add(deviation),
    spend: (units, signal) =>
      budget.take(units, signal, (ms) => tell(`, waiting ${Math.ceil(ms / 1_000)} s for quota`)),
    onRetry: (reason, pauseMs) =>
      onProgress(`${store}: ${reason}, trying again in ${Math.ceil(pauseMs / 1_000)} s`),
  });
  let truncated: string | null = null;
  let sample: Sample | null = null;
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

  const log = createPageLog(cache, {
    clock,
    describe,
    beginning: {
      request: requestKey(place, options.times),
      askedAtMs: options.askedAtMs,
      ...window,
    },
  });

  const readPage = async (ask: Ask, signal: AbortSignal): Promise<AskedPage> => {
    tell('');
    ofPage.clear();
    const { term, pageToken } = ask;
    const filter = term === '' ? place.filter : `${place.filter} ${term}`.trim();
    const query = { filter, ...timesOf(ask), ...(pageToken !== '' && { pageToken }) };
    const { traces, nextPageToken = '' } = await api.list(query, signal);
    const lastStartMs = traces.reduce((lastMs, trace) => Math.max(lastMs, startOf(trace)), 0);
    return { ask, answered: { traces: traces.length, lastStartMs, nextPageToken }, traces };
  };

  async function* readPlanned(signal: AbortSignal): AsyncGenerator<Trace> {
    sample = null;
    const plan = planReads({
      window: slice,
      wanted: options.windows,
      mostPages: Math.ceil(options.mostTraces / PAGE_TRACES),
      mostSlices: options.mostRuns ?? Number.POSITIVE_INFINITY,
      seed: options.seed,
      failureTerms: failureTermsFor(place.filter),
      onSample: ({ strata, sliceMs, allFailures }) => {
        const failures = allFailures ? 'all' : 'part';
        sample = { strata, read: [], sliceMs, seed: options.seed, failures, traces: null };
      },
    });
    const known = new Set<AskedPage>();
    yield* followPlan(plan, {
      async read(ask, page) {
        const saved = await log.saved({ ask, page }, signal, (one) => tally.add(one));
        if (saved !== null) known.add(saved);
        return saved ?? readPage(ask, signal);
      },
      async onPage(read, { page, isLast }) {
        if (!known.has(read)) {
          const deviations = ofPage.all();
          for (const one of deviations) tally.add(one);
          await log.keep(page, read, { deviations, isLast });
        }
        if (isLast && read.ask.kind === 'sequence' && read.answered.nextPageToken !== '') {
          truncated = `stopped after ${log.traces()} traces (--max-traces)`;
        }
      },
      onSlice(read) {
        if (sample !== null) sample = { ...sample, read: [...sample.read, read] };
      },
    });
  }

  async function* readOnce(signal: AbortSignal): AsyncGenerator<Trace> {
    try {
      yield* readPlanned(signal);
    } catch (error) {
      if (error instanceof QuotaExhaustedError) {
        truncated = `${error.message}; ${log.traces()} traces were read`;
        return;
      }
      if (!(error instanceof StalePageError)) throw error;
      // Traces come twice now; the reader of a source takes each once.
      await log.restart();
      tally.clear();
      yield* readPlanned(signal);
    }
  }

  return {
    describe,
    readAtMs: () => log.startedAtMs() ?? options.askedAtMs,
    async *read(signal) {
      await prune(cacheDirectory, clock.epochMs());
      const before = await log.open(options);
      if (before > 0) onProgress(`${store}: ${before} traces were read before`);
      yield* readOnce(signal);
      if (sample === null) return;
      const isRead = inSample(sample);
      for await (const trace of log.read('failed', signal)) {
        if (!isRead(startOf(trace))) yield trace;
      }
    },
    async find(traceIds, signal) {
      const found = new Map<string, Trace>();
      for await (const trace of log.read(null, signal)) {
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
    sample: () => sample,
    deviations: () => tally.all(),
  };
}

const timesOf = ({ startMs, endMs }: Slice) => ({
  startTime: new Date(startMs).toISOString(),
  endTime: new Date(endMs).toISOString(),
});

/** Units count by project, whatever was asked for. */
function spentFile(cacheDirectory: string, { projectId, rootUrl }: Place): string {
  const name = encodeURIComponent(rootUrl === undefined ? projectId : `${projectId}@${rootUrl}`);
  return join(cacheDirectory, `spent-${name}.json`);
}
