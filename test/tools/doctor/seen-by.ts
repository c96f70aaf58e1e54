import { createEvidence, type Rule } from '../../../tools/doctor/rule.ts';
import type { Trace } from '../../../tools/traces/model.ts';

/** Only what the rule itself says, whatever the other rules make of the same traces. */
export const seenBy = (rule: Rule, traces: readonly Trace[], explained: readonly string[] = []) =>
  rule.check(createEvidence(traces), new Set(explained)).map(({ detail }) => detail);
