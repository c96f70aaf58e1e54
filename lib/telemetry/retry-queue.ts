import { context, diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { DeadlineError, within } from './deadline.ts';
import { FateUnknown, NotStoredYet, type Written } from './sink.ts';
import { estimateBytes } from './span-bytes.ts';
import { createWaitingBatches, type WaitingBatch } from './waiting-batches.ts';
import { createWritePace } from './write-pace.ts';

/** What became of a batch: how many of its spans are not stored, and why. */
export type Fate = Readonly<{
  lost: number;
  reason: 'retryQueueFull' | 'exportFailed' | 'exportTimedOut';
}>;

/** A batch in the queue. */
export type Ticket = Readonly<{
  fate: Promise<Fate>;
  /** An attempt is under way, or one ended without an answer: the batch may be stored already. */
  maybeStored(): boolean;
}>;

/** A sink that knows where the spans were made. */
export type QueuedSink = Readonly<{
  name: string;
  write(packed: readonly Buffer[], signal: AbortSignal): Promise<Written>;
}>;

export type RetryQueue = Readonly<{
  /** Takes a batch, or refuses it at once where there is no room. */
  add(spans: readonly Buffer[]): Ticket;
  /** Estimated bytes of the spans that are not stored yet, those being written included. */
  bytes(): number;
  /** The same as a share of the limit: 0 is empty, 1 is full. */
  fill(): number;
  /** For a shutdown: no pauses that only the backend asks for. */
  hurry(): void;
  /** Begins no write any more, and gives up those that run. */
  close(): void;
}>;

type Entry = WaitingBatch & Readonly<{ bytes: number; settle: (fate: Fate) => void }>;

/** Once full, it takes batches again from this fill on. */
const REOPEN_FILL = 0.75;

/**
 * The spans that one sink has not stored yet, first in, first out, bounded by their estimated bytes.
 *
 *     add → |newest … oldest| → write → stored, or refused for good
 *                     ↑___________|  not yet
 *
 * Where it is full, it refuses what arrives. What waits is older, and other spans of the same traces
 * are stored or wait too; what arrives belongs to traces that the root can still shed. It then refuses
 * until a quarter is free: one long gap breaks fewer traces than a hole in each of them.
 */
export function createRetryQueue(options: {
  sink: QueuedSink;
  limitBytes: number;
  /** Spans in one write; a batch that is larger is written by itself. */
  batchSpans: number;
  /** For one attempt. */
  timeoutMs: number;
  random?: () => number;
}): RetryQueue {
  const { sink, limitBytes, batchSpans, timeoutMs, random = Math.random } = options;
  const pace = createWritePace({ name: sink.name, onResume: pump, random });
  const waiting = createWaitingBatches<Entry>(batchSpans);
  const closed = new AbortController();
  let heldBytes = 0;
  let isFull = false;
  let writes = 0;

  function hasRoomFor(bytes: number): boolean {
    const wasFull = isFull;
    isFull = heldBytes + bytes > limitBytes || (isFull && heldBytes > limitBytes * REOPEN_FILL);
    if (isFull && !wasFull)
      diag.error(`the retry queue of ${sink.name} is full; new spans are lost`);
    return !isFull;
  }

  function add(spans: readonly Buffer[]): Ticket {
    const bytes = estimateBytes(spans);
    if (!hasRoomFor(bytes)) {
      const fate: Fate = { lost: spans.length, reason: 'retryQueueFull' };
      return { fate: Promise.resolve(fate), maybeStored: () => false };
    }
    const { promise, resolve } = Promise.withResolvers<Fate>();
    const settle = (fate: Fate) => {
      heldBytes -= bytes;
      resolve(fate);
    };
    const entry = waiting.add({ spans, bytes, settle });
    heldBytes += bytes;
    pump();
    return { fate: promise, maybeStored: () => entry.isWriting || entry.maybeStored };
  }

  /** Starts as many writes as may run now. */
  function pump(): void {
    while (waiting.hasAny() && pace.allows(writes) && !closed.signal.aborted) {
      void attempt(waiting.take());
    }
  }

  async function attempt(entries: readonly Entry[]): Promise<void> {
    writes += 1;
    const spans = entries.flatMap((entry) => entry.spans);
    try {
      const { rejected } = await write(spans);
      pace.succeeded();
      waiting.succeeded();
      settle(entries, Math.max(0, rejected));
    } catch (error) {
      if (error instanceof NotStoredYet || error instanceof DeadlineError) {
        waiting.putBack(entries, error instanceof DeadlineError || error.maybeStored);
        pace.failed(error);
      } else if (!closed.signal.aborted) {
        const were = spans.length === 1 ? 'span was' : 'spans were';
        diag.error(`${spans.length} ${were} not stored by ${sink.name}`, String(error));
        if (error instanceof FateUnknown) for (const entry of entries) entry.maybeStored = true;
        settle(entries, spans.length);
      }
    } finally {
      writes -= 1;
      pump();
    }
  }

  /** Untraced, and outside the request that happened to wake the queue. */
  function write(spans: readonly Buffer[]): Promise<Written> {
    return context.with(suppressTracing(ROOT_CONTEXT), () =>
      within(timeoutMs, (signal) => sink.write(spans, signal), { outer: closed.signal }),
    );
  }

  /** A sink says how many spans it refused and not which: the first batches are charged with them. */
  function settle(entries: readonly Entry[], rejected: number): void {
    let left = rejected;
    for (const entry of entries) {
      const lost = Math.min(left, entry.spans.length);
      left -= lost;
      // Although it was refused, this attempt or an earlier one may have stored it.
      const reason = entry.maybeStored ? 'exportTimedOut' : 'exportFailed';
      entry.isWriting = false;
      entry.maybeStored ||= lost === 0;
      entry.settle({ lost, reason });
    }
  }

  return {
    add,
    bytes: () => heldBytes,
    fill: () => Math.min(1, heldBytes / limitBytes),
    hurry: () => pace.hurry(),
    close() {
      closed.abort(new Error('the telemetry has stopped'));
      pace.stop();
    },
  };
}
