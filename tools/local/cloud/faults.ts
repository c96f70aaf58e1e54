import { setTimeout as sleep } from 'node:timers/promises';
import { type GoogleCode, GoogleError } from './google-status.ts';

export type FaultyService =
  | 'storage'
  | 'trace-write'
  | 'trace-read'
  | 'otlp'
  | 'scheduler'
  | 'metadata';

export type FaultRule = Readonly<{
  service: FaultyService;
  /** As the service names it: `list`, `get`, `download`, `BatchWriteSpans`, …; any when absent. */
  operation?: string;
  /** Only for this object, path or job; any when absent. */
  target?: string;
  /** Waits first. */
  delayMs?: number;
  /** Answered instead of the real answer. */
  error?: GoogleCode;
  /** Storage downloads only: the connection is reset after half of the body. */
  resetMidBody?: boolean;
  /** Storage downloads only: one byte is flipped, so that the checksum does not match. */
  corrupt?: boolean;
  /** Writes of traces only: the spans are stored, then `error` is answered. */
  afterStoring?: boolean;
  /** OTLP only: every second span is rejected, as the answer says. */
  rejectHalf?: boolean;
  /** How often it applies; without a number, until it is removed. */
  times?: number;
}>;

export type Fault = Readonly<{ applied(): number; remove(): void }>;

export type Faults = Readonly<{
  inject(rule: FaultRule): Fault;
  clear(): void;
  /** Calls that have come to a service so far, failed ones included. */
  calls(service: FaultyService, operation?: string): number;
  /**
   * Waits and throws as the first matching rule says. Returns the rule, for what only the service
   * can do.
   */
  strike(
    service: FaultyService,
    operation: string,
    target: string | undefined,
  ): Promise<FaultRule | undefined>;
}>;

/** Throws the rule's error where the service is to fail only after it has stored. */
export function throwAfterStoring(rule: FaultRule | undefined): void {
  if (rule?.afterStoring && rule.error) {
    throw new GoogleError(rule.error, 'injected fault: stored, and answered with an error');
  }
}

/** Faults on purpose, for tests of failure; none by default. */
export function createFaults(): Faults {
  const active = new Map<FaultRule, { count: number }>();
  const calls = new Map<FaultyService, Map<string, number>>();
  const count = (service: FaultyService, operation: string) => {
    const ofService = calls.get(service) ?? new Map<string, number>();
    calls.set(service, ofService.set(operation, (ofService.get(operation) ?? 0) + 1));
  };
  return {
    inject(rule) {
      const state = { count: 0 };
      const own = { ...rule };
      active.set(own, state);
      return { applied: () => state.count, remove: () => active.delete(own) };
    },
    clear: () => active.clear(),
    calls(service, operation) {
      const ofService = calls.get(service);
      if (operation !== undefined) return ofService?.get(operation) ?? 0;
      return [...(ofService?.values() ?? [])].reduce((sum, each) => sum + each, 0);
    },
    async strike(service, operation, target) {
      count(service, operation);
      for (const [rule, state] of active) {
        if (rule.service !== service) continue;
        if (rule.operation !== undefined && rule.operation !== operation) continue;
        if (rule.target !== undefined && rule.target !== target) continue;
        if (state.count >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
        state.count += 1;
        if (rule.delayMs !== undefined) await sleep(rule.delayMs, undefined, { ref: false });
        if (rule.error !== undefined && !rule.afterStoring) {
          throw new GoogleError(rule.error, `injected fault: ${service} ${operation}`);
        }
        return rule;
      }
      return undefined;
    },
  };
}
