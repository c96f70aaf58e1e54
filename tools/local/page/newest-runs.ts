import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Trace } from '../../traces/model.ts';

/**
 * So many traces at most, by the minutes that they were fired at, the newest first. A minute comes
 * whole or not at all (the newest always comes): half a run would be taken for a sampled one.
 */
export function newestRuns(traces: readonly Trace[], most: number): readonly Trace[] {
  if (traces.length <= most) return traces;
  const byMinute = Map.groupBy(traces, minuteOf);
  const kept: Trace[] = [];
  for (const minute of [...byMinute.keys()].sort().reverse()) {
    const run = byMinute.get(minute) ?? [];
    if (kept.length > 0 && kept.length + run.length > most) break;
    kept.push(...run);
  }
  return kept;
}

/** Traces that are of no run come before all others. */
function minuteOf({ spans }: Trace): string {
  for (const { attributes } of spans) {
    const minute = attributes[ATTR.scheduledMinute];
    if (minute !== undefined) return minute;
  }
  return '';
}
