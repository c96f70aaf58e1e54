import type { System } from './system.ts';

/** What is seen from outside while a row runs. */
export type Figures = Readonly<{
  copies: number;
  /** From the end of the fault to the next span that the store takes. */
  recoveryMs: number | undefined;
  /** From the end of the fault to the last span that ended during it. */
  caughtUpMs: number | undefined;
  /** Calls to a backend for each request that was asked. */
  calls: Readonly<Record<string, number>>;
  /** The most calls of one request for one object or one page of a listing. */
  attempts: number;
  /** The most connections at a time on each link. */
  connections: Readonly<Record<string, number>>;
}>;

export type Watch = Readonly<{
  /** The fault has ended; times of recovery are counted from here. */
  faultEnded(): void;
  /** Told how many requests were asked. */
  stop(asked: number): Figures;
}>;

/** Calls so far, counted before what a row answers in a backend's place. */
const CALLS: Readonly<Record<string, (system: System) => number>> = {
  'trace writes': ({ cloud }) => cloud.faults.calls('trace-write'),
  'OTLP exports': ({ cloud }) => cloud.faults.calls('otlp'),
  listings: ({ backends }) => backends.storage.calls('page '),
  'object reads': ({ backends }) => backends.storage.calls('object '),
  metadata: ({ backends }) => backends.metadata.calls(''),
};

export function watchSystem(system: System): Watch {
  const { cloud, links } = system;
  const before = countCalls(system);
  const copiesBefore = cloud.traceStore.stats().duplicates;
  let endedMs: number | undefined;
  let firstMs: number | undefined;
  let lastMs: number | undefined;
  const stopListening = cloud.traceStore.onSpan((span) => {
    if (endedMs === undefined) return;
    const nowMs = Date.now();
    firstMs ??= nowMs;
    if (span.endMs <= endedMs) lastMs = nowMs;
  });
  const since = (ms: number | undefined) =>
    ms === undefined || endedMs === undefined ? undefined : ms - endedMs;
  return {
    faultEnded() {
      endedMs = Date.now();
    },
    stop(asked) {
      stopListening();
      const calls = Object.entries(countCalls(system)).map(([name, count]) => {
        const perRequest = (count - (before[name] ?? 0)) / Math.max(1, asked);
        return [name, Math.round(perRequest * 1_000) / 1_000] as const;
      });
      return {
        copies: cloud.traceStore.stats().duplicates - copiesBefore,
        recoveryMs: since(firstMs),
        caughtUpMs: since(lastMs),
        calls: Object.fromEntries(calls),
        attempts: system.backends.storage.mostAttempts(),
        connections: Object.fromEntries(
          Object.entries(links).map(([name, link]) => [name, link.connections().most]),
        ),
      };
    },
  };
}

const countCalls = (system: System): Record<string, number> =>
  Object.fromEntries(Object.entries(CALLS).map(([name, count]) => [name, count(system)]));
