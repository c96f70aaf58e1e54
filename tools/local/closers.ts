export type Closers = Readonly<{
  add(close: () => Promise<unknown> | unknown): void;
  /** Ends all in the reverse order of their start. Idempotent: later calls wait for the first. */
  closeAll(): Promise<void>;
}>;

/**
 * What has been started and must be ended. Each is ended even where another fails to, since one
 * that throws must not leave processes and ports behind; the failures are thrown together.
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
      throw new AggregateError(failures, `not everything could be ended: ${reasons.join('; ')}`);
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
