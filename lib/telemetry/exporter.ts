import type { Ledger } from './ledger.ts';
import type { PackedSpan } from './packed-span.ts';
import type { Fate, RetryQueue, Ticket } from './retry-queue.ts';

export type TrackedExporter = {
  /** Takes a batch, or counts it as lost: never waits. */
  export(spans: readonly PackedSpan[]): void;
  /** Resolves when every span that was handed over so far is stored or lost. */
  settled(): Promise<void>;
  /** How full the fullest retry queue is: 0 is empty, 1 is full. */
  fill(): number;
  /** Ends long pauses, as the process is about to stop. */
  hurry(): void;
  shutdown(): Promise<void>;
};

/** A batch between the SDK and the ledger: one ticket for each sink. */
type Batch = Readonly<{ spans: number; tickets: readonly Ticket[] }>;

/**
 * What stands behind the SDK's batches. It puts every batch into the retry queue of each sink, counts
 * what becomes of it, and remembers what is not stored yet.
 *
 * It is done as soon as a batch is in the queues. The SDK exports one batch at a time: were it
 * to wait for a slow write, its own queue would overflow, and that drops spans one by one.
 *
 * It has to remember, because the SDK's forceFlush() and shutdown() return while an export that the
 * timer began is still under way: a process that then stops, or is frozen, loses that batch.
 */
export function createTrackedExporter(options: {
  queues: readonly RetryQueue[];
  ledger: Ledger;
  /** Closes the sinks. */
  close: () => Promise<unknown>;
}): TrackedExporter {
  const { queues, ledger, close } = options;
  const inFlight = new Map<Batch, Promise<void>>();
  ledger.watch(() => ({
    bytes: Math.max(0, ...queues.map((queue) => queue.bytes())),
    maybeStored: [...inFlight.keys()]
      .filter(({ tickets }) => tickets.every((each) => each.maybeStored()))
      .reduce((sum, { spans }) => sum + spans, 0),
  }));

  async function count(batch: Batch): Promise<void> {
    const fates = await Promise.all(batch.tickets.map(({ fate }) => fate));
    const losses = chargeLosses(batch.spans, fates);
    let stored = batch.spans;
    for (const { lost, reason } of losses) {
      ledger.add(reason, lost);
      stored -= lost;
    }
    ledger.add('stored', stored);
  }

  return {
    export(spans) {
      ledger.add('handed', spans.length);
      const tickets = queues.map((queue, sink) =>
        queue.add(spans.flatMap(({ parts }) => parts[sink] ?? [])),
      );
      const batch = { spans: spans.length, tickets };
      inFlight.set(
        batch,
        count(batch).finally(() => inFlight.delete(batch)),
      );
    },
    async settled() {
      await Promise.all(inFlight.values());
    },
    fill: () => Math.max(0, ...queues.map((queue) => queue.fill())),
    hurry() {
      for (const queue of queues) queue.hurry();
    },
    async shutdown() {
      for (const queue of queues) queue.close();
      await close();
    },
  };
}

/**
 * Which spans of a batch not every sink stored. A sink says how many it refused and not which, so those
 * of two sinks are taken for different ones: better to count a span as lost too often than as stored.
 */
function chargeLosses(spans: number, fates: readonly Fate[]): Fate[] {
  let left = spans;
  return fates.map(({ lost, reason }) => {
    const charged = Math.min(left, lost);
    left -= charged;
    return { lost: charged, reason };
  });
}
