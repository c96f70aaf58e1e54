import { endsWithin } from './deadline.ts';

/** What SPAN_FLUSH=before-response adds to a response at most, on each hop. */
const MAX_WAIT_MS = 100;
/**
 * A flush that has run this long is taken for hung, and nobody waits for it any more. A cold start's
 * first export, with its token and its TLS handshake, takes a few hundred milliseconds.
 */
const HUNG_AFTER_MS = 1_000;

/**
 * The wait before a response. A trace backend that is slow or silent must not delay requests, so the
 * wait ends after MAX_WAIT_MS while the flush goes on. Requests at the same time share a flush: the
 * one that runs may have left without their spans, so they wait for the one after it.
 *
 *     flush 1      |-------------|
 *     flush 2                    |---------|     for all three
 *     requests        a   b    c
 *
 * `flush` never rejects, and ends by itself.
 */
export function createResponseFlush(
  flush: () => Promise<void>,
  nowMs: () => number = () => performance.now(),
): () => Promise<void> {
  let running: { promise: Promise<void>; startedMs: number } | undefined;
  let next: Promise<void> | undefined;

  function begin(): Promise<void> {
    const promise = flush().finally(() => {
      running = undefined;
    });
    running = { promise, startedMs: nowMs() };
    return promise;
  }

  function join(): Promise<void> {
    if (!running) return begin();
    next ??= running.promise.then(() => {
      next = undefined;
      return begin();
    });
    return next;
  }

  return async () => {
    const isHung = running !== undefined && nowMs() - running.startedMs >= HUNG_AFTER_MS;
    const shared = join();
    if (isHung) return;
    await endsWithin(MAX_WAIT_MS, () => shared);
  };
}
