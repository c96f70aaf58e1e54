import type { Rule } from './rule.ts';
import { cycles } from './rules/cycles.ts';
import { damagedInput } from './rules/damaged-input.ts';
import { expectedEdges } from './rules/expected-edges.ts';
import { failedRequests } from './rules/failed-requests.ts';
import { healthCheckSpans } from './rules/health-check-spans.ts';
import { impossibleTimes } from './rules/impossible-times.ts';
import { missingAttributes } from './rules/missing-attributes.ts';
import { mixedHeaderFormats } from './rules/mixed-header-formats.ts';
import { negativeGaps } from './rules/negative-gaps.ts';
import { oneTraceId } from './rules/one-trace-id.ts';
import { serverWithoutClient } from './rules/server-without-client.ts';
import { surplusRoots } from './rules/surplus-roots.ts';
import { unexplainedOrphans } from './rules/unexplained-orphans.ts';
import { unlinkedLogs } from './rules/unlinked-logs.ts';
import { wrongCounts } from './rules/wrong-counts.ts';

/**
 * Every rule, causes before symptoms: a trace whose tree one rule accounts for is not reported
 * again by those after it that would only see the consequences.
 */
export const RULES: readonly Rule[] = [
  damagedInput,
  impossibleTimes,
  failedRequests,
  healthCheckSpans,
  missingAttributes,
  oneTraceId,
  mixedHeaderFormats,
  unexplainedOrphans,
  cycles,
  surplusRoots,
  serverWithoutClient,
  expectedEdges,
  negativeGaps,
  wrongCounts,
  unlinkedLogs,
];
