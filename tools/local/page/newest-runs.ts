import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Trace } from '../../traces/model.ts';

/**
 * At most `most` traces, newest minute first, by the minute that fired them. All traces of a minute
 * are kept, or none (the newest minute always is): half a run would look like a sampled one.
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

/** A trace that belongs to no run sorts before all minutes. */
function minuteOf({ spans }: Trace): string {
  for (const { attributes } of spans) {
    const minute = attributes[ATTR.scheduledMinute];
    if (minute !== undefined) return minute;
  }
  return '';
}
