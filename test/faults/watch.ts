import type { LinkName } from './links.ts';
import type { System } from './system.ts';

/** What is seen from outside while a row runs. */
export type Watch = Readonly<{
  /** The fault has ended; times of recovery are counted from here. */
  faultEnded(): void;
  /** A request counts in `calls` once it is asked. */
  figures(): Readonly<{
    copies: number;
    recoveryMs: number | undefined;
    caughtUpMs: number | undefined;
    calls: Readonly<Record<string, number>>;
    attempts: number;
    connections: Readonly<Record<string, number>>;
  }>;
  stop(asked: number): void;
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
  let asked = 0;
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
      firstMs = undefined;
      lastMs = undefined;
    },
    stop(requests) {
      asked = requests;
      stopListening();
    },
    figures() {
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
          (Object.keys(links) as LinkName[]).map((name) => [name, links[name].connections().most]),
        ),
      };
    },
  };
}

const countCalls = (system: System): Record<string, number> =>
  Object.fromEntries(Object.entries(CALLS).map(([name, count]) => [name, count(system)]));
