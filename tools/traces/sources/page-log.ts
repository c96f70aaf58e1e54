import type { Clock } from '../../../lib/clock.ts';
import type { Deviation } from '../deviation.ts';
import type { Trace } from '../model.ts';
import type { PageCache, ReadState } from './page-cache.ts';
import type { AskedPage } from './sampling/follow-plan.ts';
import type { Ask } from './sampling/read-plan.ts';
import type { SourceDescription } from './source.ts';

type Beginning = Pick<ReadState, 'request' | 'askedAtMs' | 'startTime' | 'endTime'>;

/** The pages of one read, on disk as they come, so that a read that was killed goes on. */
export function createPageLog(
  cache: PageCache,
  {
    clock,
    beginning,
    describe,
  }: Readonly<{ clock: Clock; beginning: Beginning; describe(): SourceDescription }>,
) {
  let state: ReadState | undefined;

  const begin = (): ReadState => ({
    version: 4,
    ...beginning,
    startedAtMs: clock.epochMs(),
    readerPid: process.pid,
    savedAtMs: clock.epochMs(),
    pages: [],
    traces: 0,
    complete: false,
  });

  return {
    /** How many traces were read before. */
    async open({ restart }: Readonly<{ restart: boolean }>): Promise<number> {
      const saved = restart ? undefined : await cache.readState(clock.epochMs());
      if (saved === undefined) await cache.clear();
      state = saved ?? begin();
      return state.traces;
    },
    async restart(): Promise<void> {
      await cache.clear();
      state = begin();
    },
    startedAtMs: () => state?.startedAtMs,
    traces: () => state?.traces ?? 0,
    /** A page as it was read before; null: none was, or another one. */
    async saved(
      { ask, page }: Readonly<{ ask: Ask; page: number }>,
      signal: AbortSignal,
      onDeviation: (deviation: Deviation) => void,
    ): Promise<AskedPage | null> {
      const known = state?.pages[page - 1];
      if (known === undefined || !isSame(known.ask, ask)) return null;
      const traces: Trace[] = [];
      for await (const trace of cache.readPage(page, signal, onDeviation)) traces.push(trace);
      return { ...known, traces };
    },
    /** `page`: from 1; what was there from it on is forgotten. */
    async keep(
      page: number,
      { ask, answered, traces }: AskedPage,
      { deviations, isLast }: Readonly<{ deviations: readonly Deviation[]; isLast: boolean }>,
    ): Promise<void> {
      const before = state ?? begin();
      const pages = [...before.pages.slice(0, page - 1), { ask, answered }];
      state = {
        ...before,
        readerPid: process.pid,
        savedAtMs: clock.epochMs(),
        pages,
        traces: pages.reduce((sum, one) => sum + one.answered.traces, 0),
        complete: isLast && (ask.kind !== 'sequence' || answered.nextPageToken === ''),
      };
      await cache.savePage({ traces, deviations }, describe(), state);
    },
    /** Every trace of the pages of a kind; of all where it is null. Twice where two pages have it. */
    async *read(kind: Ask['kind'] | null, signal: AbortSignal): AsyncGenerator<Trace> {
      for (const [index, { ask }] of (state?.pages ?? []).entries()) {
        if (kind === null || ask.kind === kind) yield* cache.readPage(index + 1, signal);
      }
    },
  };
}

const isSame = (one: Ask, other: Ask): boolean =>
  one.kind === other.kind &&
  one.startMs === other.startMs &&
  one.endMs === other.endMs &&
  one.term === other.term &&
  one.pageToken === other.pageToken;
