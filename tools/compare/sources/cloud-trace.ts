import type { SourceDescription } from '../comparison.ts';
import type { Trace } from '../model.ts';
import { type Clock, realClock } from './clock.ts';
import { createPageCache, type ReadState } from './page-cache.ts';
import { createReadBudget, GET_UNITS, LIST_UNITS, type ReadBudget } from './read-budget.ts';
import type { TraceSource } from './source.ts';
import { createTraceApi, QuotaExhaustedError, StalePageError } from './trace-api.ts';
import { parseV1Trace } from './v1-trace.ts';

/** How long a page token is trusted after its reader was killed. */
const RESUME_WITHIN_MS = 3_600_000;
/** Spans arrive late: a window that had not ended this long before it was read may have grown. */
const SETTLED_AFTER_MS = 600_000;

/** Every span of the system carries it; what else the project traces is not even read. */
export const SYSTEM_FILTER = '+service.namespace:shakesapp';

export type CloudTraceOptions = Readonly<{
  projectId: string;
  /** As the user gave them: `30m` is the same query however often it is asked. */
  window: Readonly<{ since: string; until?: string | undefined }>;
  sinceMs: number;
  untilMs: number | null;
  filter?: string | undefined;
  mostTraces: number;
  cacheDirectory: string;
  /** Of a local Cloud Trace; the real one where absent. */
  rootUrl?: string | undefined;
  clock?: Clock;
  /** One line on how far it is. */
  onProgress?: (text: string) => void;
}>;

/** Cloud Trace, read through its v1 API within its quotas; the local one by the very same code. */
export function createCloudTraceSource(options: CloudTraceOptions): TraceSource {
  const { projectId, rootUrl, clock = realClock, filter = SYSTEM_FILTER } = options;
  const { onProgress = () => {} } = options;
  const { since, until } = options.window;
  const cache = createPageCache(options.cacheDirectory, [projectId, rootUrl, filter, since, until]);
  const api = createTraceApi({
    projectId,
    clock,
    rootUrl,
    onRetry: (reason, pauseMs) =>
      onProgress(`Cloud Trace: ${reason}, trying again in ${Math.ceil(pauseMs / 1_000)} s`),
  });
  let state: ReadState | undefined;
  let budget: ReadBudget | undefined;
  let truncated: string | null = null;

  const describe = (): SourceDescription => ({
    kind: 'cloud-trace',
    name: projectId,
    local: rootUrl !== undefined,
    since: state?.startTime ?? new Date(options.sinceMs).toISOString(),
    until: state?.endTime ?? null,
  });

  const begin = (): ReadState => ({
    version: 1,
    startTime: new Date(options.sinceMs).toISOString(),
    endTime: new Date(options.untilMs ?? clock.nowMs()).toISOString(),
    startedAtMs: clock.nowMs(),
    pages: 0,
    traces: 0,
    complete: false,
    spent: [],
  });

  async function* readPagesFrom(from: ReadState, signal: AbortSignal): AsyncGenerator<Trace> {
    let current = from;
    const units = createReadBudget({ clock, spent: from.spent });
    budget = units;
    while (!current.complete) {
      if (current.traces >= options.mostTraces) {
        truncated = `stopped after ${current.traces} traces (--max-traces)`;
        return;
      }
      const tell = (more: string) =>
        onProgress(`Cloud Trace: ${current.traces} traces, ${units.total()} units${more}`);
      tell('');
      await units.take(LIST_UNITS, signal, (ms) =>
        tell(`, waiting ${Math.ceil(ms / 1_000)} s for quota`),
      );
      const { startTime, endTime, nextPageToken } = current;
      const page = await api.list({ filter, startTime, endTime, pageToken: nextPageToken }, signal);
      const traces = (page.traces ?? []).map(parseV1Trace);
      const { nextPageToken: _, ...rest } = current;
      current = {
        ...rest,
        pages: rest.pages + 1,
        traces: rest.traces + traces.length,
        ...(page.nextPageToken ? { nextPageToken: page.nextPageToken } : {}),
        complete: !page.nextPageToken,
        spent: [...units.spent()],
      };
      state = current;
      await cache.savePage(traces, describe(), current);
      yield* traces;
    }
  }

  return {
    describe,
    async *read(signal) {
      await cache.prune(clock.nowMs());
      const saved = await cache.readState();
      const usable = saved !== undefined && isUsable(saved, clock.nowMs());
      if (!usable) await cache.clear();
      state = usable ? saved : begin();
      if (usable) {
        onProgress(`Cloud Trace: ${saved.traces} traces were read before, going on from there`);
        yield* cache.readPages(saved.pages, signal);
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
        state = begin();
        yield* readPagesFrom(state, signal);
      }
    },
    async find(traceIds, signal) {
      const found = new Map<string, Trace>();
      for await (const trace of cache.readPages(state?.pages ?? 0, signal)) {
        if (traceIds.has(trace.traceId)) found.set(trace.traceId, trace);
      }
      budget ??= createReadBudget({ clock });
      for (const traceId of traceIds) {
        if (found.has(traceId)) continue;
        await budget.take(GET_UNITS, signal, () => {});
        const trace = await api.get(traceId, signal);
        if (trace !== undefined) found.set(traceId, parseV1Trace(trace));
      }
      return [...found.values()];
    },
    truncated: () => truncated,
  };
}

/** Half-read: while its page token lives. Read to the end: where nothing can have come since. */
function isUsable(saved: ReadState, nowMs: number): boolean {
  if (!saved.complete) return nowMs - saved.startedAtMs < RESUME_WITHIN_MS;
  return saved.startedAtMs - Date.parse(saved.endTime) > SETTLED_AFTER_MS;
}
