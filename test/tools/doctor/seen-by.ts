import type { LogLine } from '../../../tools/doctor/logs.ts';
import type { Rule } from '../../../tools/doctor/rule.ts';
import { createSightings } from '../../../tools/doctor/sightings.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { requestsOf } from '../../../tools/traces/normalise.ts';

/** What the rule itself finds, whatever the other rules make of the same traces. */
export function lookBy(
  rule: Rule,
  traces: readonly Trace[],
  { explained = [], logs }: { explained?: readonly string[]; logs?: readonly LogLine[] } = {},
) {
  const look = rule.look({ logs });
  const seen = createSightings(0);
  const doubts: [traceId: string, doubt: number][] = [];
  for (const trace of traces) {
    const isExplained = explained.includes(trace.traceId);
    const sightings = look.see?.(requestsOf(trace), isExplained) ?? [];
    if (!(rule.ofSymptoms && isExplained)) seen.add(sightings, []);
    doubts.push([trace.traceId, look.doubt?.() ?? -1]);
  }
  const found = look.finish?.({
    ...{ logs, deviations: [], cutShort: null },
    ...{ requests: traces.length, withoutProject: 0 },
  });
  const isExplained = (doubt: number) => doubt >= 0 && look.explains?.(doubt) === true;
  return {
    details: [...seen.all(() => false), ...(found ?? [])].flatMap(({ places }) =>
      places.map(({ detail }) => detail),
    ),
    /** Which traces it explains by others. */
    explains: doubts.filter(([, doubt]) => isExplained(doubt)).map(([traceId]) => traceId),
  };
}

export const seenBy = (rule: Rule, traces: readonly Trace[], explained: readonly string[] = []) =>
  lookBy(rule, traces, { explained }).details;
