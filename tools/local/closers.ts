export type Closers = Readonly<{
  add(close: () => Promise<unknown> | unknown): void;
  /** Closes all, last added first. Idempotent: later calls wait for the first. */
  closeAll(): Promise<void>;
}>;

/**
 * What was started and must be closed. One that fails must not leave the processes and ports of the
 * others behind: all are closed, then the failures are thrown together.
 */
export function createClosers(): Closers {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    const failures: unknown[] = [];
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      const reasons = failures.map((error) => (error instanceof Error ? error.message : error));
      throw new AggregateError(failures, `could not close everything: ${reasons.join('; ')}`);
    }
  };
  return {
    add: (close) => void closers.push(close),
    closeAll() {
      closing ??= closeAll();
      return closing;
    },
  };
}
