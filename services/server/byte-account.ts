import { until } from '../../lib/telemetry/deadline.ts';

/** Part of an account, held by one load or by the texts that it has read. */
export type Lease = Readonly<{
  bytes(): number;
  /** Takes more at once, or nothing: false where there is no room. Never waits, nor after release. */
  grow(bytes: number): boolean;
  /** Gives back what it has beyond so many bytes. */
  shrinkTo(bytes: number): void;
  /** Takes over all that another lease has. */
  absorb(other: Lease): void;
  /** For good: a read that is still being given up takes nothing any more. */
  release(): void;
}>;

export type ByteAccount = Readonly<{
  totalBytes: number;
  takenBytes(): number;
  /** A lease that has nothing yet. */
  takeNone(): Lease;
  /** A lease of so many bytes at once, or undefined where there is no room. */
  take(bytes: number): Lease | undefined;
  /**
   * A lease of as many bytes as `bytesOf` says when its turn comes, at most the total. First come,
   * first served. Rejects with the reason of the signal.
   */
  reserve(bytesOf: () => number, signal: AbortSignal): Promise<Lease>;
}>;

/**
 * Bounds what all holders have in memory together. A holder reserves everything that it knows of
 * before it begins, and takes what comes on top without waiting: two that waited while they hold
 * something could each wait for the other.
 */
export function createByteAccount(totalBytes: number): ByteAccount {
  let freeBytes = totalBytes;
  const waiting: { bytesOf: () => number; grant: (bytes: number) => void }[] = [];

  function serve(): void {
    for (let [first] = waiting; first; [first] = waiting) {
      const bytes = Math.min(first.bytesOf(), totalBytes);
      if (bytes > freeBytes) return;
      waiting.shift();
      first.grant(bytes);
    }
  }

  function createLease(initialBytes: number): Lease {
    let held = initialBytes;
    let isReleased = false;
    freeBytes -= initialBytes;
    const shrinkTo = (bytes: number) => {
      freeBytes += Math.max(0, held - bytes);
      held = Math.min(held, bytes);
      serve();
    };
    return {
      bytes: () => held,
      grow(bytes) {
        if (isReleased || bytes > freeBytes) return false;
        freeBytes -= bytes;
        held += bytes;
        return true;
      },
      shrinkTo,
      absorb(other) {
        const bytes = other.bytes();
        // Nobody who waits may come between.
        held += bytes;
        freeBytes -= bytes;
        other.release();
      },
      release() {
        isReleased = true;
        shrinkTo(0);
      },
    };
  }

  return {
    totalBytes,
    takenBytes: () => totalBytes - freeBytes,
    takeNone: () => createLease(0),
    take: (bytes) => (bytes > freeBytes ? undefined : createLease(bytes)),

    async reserve(bytesOf, signal) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<Lease>();
      const waiter = { bytesOf, grant: (bytes: number) => resolve(createLease(bytes)) };
      waiting.push(waiter);
      serve();
      try {
        return await until(promise, signal);
      } catch (error) {
        const at = waiting.indexOf(waiter);
        if (at !== -1) waiting.splice(at, 1);
        // Granted in the moment in which the signal aborted.
        else (await promise).release();
        serve();
        throw error;
      }
    },
  };
}
