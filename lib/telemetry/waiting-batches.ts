export type WaitingBatch = {
  readonly spans: readonly Buffer[];
  readonly bytes: number;
  /** Writes that run at the same time may come back in another order. */
  place: number;
  isWriting: boolean;
  /** An attempt ended without an answer that says what became of it. */
  maybeStored: boolean;
  failures: number;
  /** Writes that had succeeded when it last failed. */
  successes: number;
  /** It failed again after others succeeded. */
  isSuspect: boolean;
};

/** Of one write, by the estimate, which is above the size on the wire. */
const MAX_WRITE_BYTES = 2 * 1024 * 1024;
/** Failures of a batch after which others are tried before it. */
const MAX_FAILURES_AT_FRONT = 3;

/**
 * The batches that wait, the oldest first. One that fails three times goes to the end, because the
 * backend may take all others. One that fails while others succeed is then written by itself, or it
 * would hold up those that share its write.
 */
export function createWaitingBatches<Batch extends WaitingBatch>(batchSpans: number) {
  const waiting: Batch[] = [];
  let places = 0;
  let successes = 0;

  return {
    hasAny: (): boolean => waiting.length > 0,
    add(batch: Omit<Batch, Exclude<keyof WaitingBatch, 'spans' | 'bytes'>>): Batch {
      const untried = { place: places++, isWriting: false, maybeStored: false };
      const entry = { ...batch, ...untried, failures: 0, successes, isSuspect: false } as Batch;
      waiting.push(entry);
      return entry;
    },
    /** The oldest that fit into one write. */
    take(): Batch[] {
      let spans = 0;
      let bytes = 0;
      const end = waiting.findIndex((entry, i) => {
        spans += entry.spans.length;
        bytes += entry.bytes;
        const isAlone = waiting[0]?.isSuspect || entry.isSuspect;
        return i > 0 && (isAlone || spans > batchSpans || bytes > MAX_WRITE_BYTES);
      });
      const taken = waiting.splice(0, end === -1 ? waiting.length : end);
      for (const entry of taken) entry.isWriting = true;
      return taken;
    },
    /** A write of any batch succeeded. */
    succeeded(): void {
      successes += 1;
    },
    putBack(entries: readonly Batch[], maybeStored: boolean): void {
      for (const entry of entries) {
        entry.isWriting = false;
        entry.maybeStored ||= maybeStored;
        entry.isSuspect ||= entry.failures > 0 && successes > entry.successes;
        entry.successes = successes;
        entry.failures += 1;
        if (entry.isSuspect || entry.failures % MAX_FAILURES_AT_FRONT === 0) entry.place = places++;
      }
      waiting.push(...entries);
      waiting.sort((one, other) => one.place - other.place);
    },
  };
}
