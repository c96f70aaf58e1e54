import type { Logger } from './log.ts';
import type { Pressure } from './pressure.ts';

/** What a started telemetry offers to the program that it was loaded into. */
export type Telemetry = Readonly<{
  /** Resolves when every span that has ended is stored or lost, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
  /** Stores what has ended, for a bounded time. Undefined where no response waits for that. */
  beforeResponse?: () => Promise<void>;
  /** Drains, stops exporting and says what became of every span, all before `timeoutMs`. */
  shutdown(logger: Logger, timeoutMs: number): Promise<void>;
  pressure: Pressure;
}>;

/**
 * Kept on globalThis, as OpenTelemetry's own API does it: the preload and the program may be two
 * bundles, each with its own copy of this module.
 */
const KEY = Symbol.for('shakesapp.telemetry');
const registry = globalThis as { [KEY]?: Telemetry };

export function setRunningTelemetry(telemetry: Telemetry): void {
  registry[KEY] = telemetry;
}

/** Undefined where the preload is missing or inert, as in tests that import an app's factory. */
export function runningTelemetry(): Telemetry | undefined {
  return registry[KEY];
}
