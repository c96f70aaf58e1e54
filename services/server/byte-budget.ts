import { until } from '../../lib/telemetry/deadline.ts';

export type ByteBudget = Readonly<{
  /**
   * Takes as many bytes as `bytesOf` says when its turn comes, at most the total, and resolves to
   * what gives them back. First come, first served. Rejects with the reason of the signal.
   */
  reserve(bytesOf: () => number, signal: AbortSignal): Promise<() => void>;
}>;

/**
 * Bounds what all holders have in memory together. A holder reserves everything at once before it
 * begins: two that took their bytes piece by piece could each wait for the other's.
 */
export function createByteBudget(totalBytes: number): ByteBudget {
  let freeBytes = totalBytes;
  const waiting: { bytesOf: () => number; grant: (bytes: number) => void }[] = [];

  function serve(): void {
    for (let [first] = waiting; first; [first] = waiting) {
      const bytes = Math.min(first.bytesOf(), totalBytes);
      if (bytes > freeBytes) return;
      waiting.shift();
      freeBytes -= bytes;
      first.grant(bytes);
    }
  }

  return {
    async reserve(bytesOf, signal) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<() => void>();
      const waiter = {
        bytesOf,
        grant: (bytes: number) =>
          resolve(() => {
            freeBytes += bytes;
            serve();
          }),
      };
      waiting.push(waiter);
      serve();
      try {
        return await until(promise, signal);
      } catch (error) {
        const at = waiting.indexOf(waiter);
        if (at !== -1) waiting.splice(at, 1);
        // Granted in the moment in which the signal aborted.
        else (await promise)();
        serve();
        throw error;
      }
    },
  };
}
