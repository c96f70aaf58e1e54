import type { Trace } from '../traces/model.ts';
import type { LogLine } from './logs.ts';
import { createEvidence, type Rule, type Sighting } from './rule.ts';
import { expectedEdges } from './rules/expected-edges.ts';
import { healthCheckSpans } from './rules/health-check-spans.ts';
import { missingAttributes } from './rules/missing-attributes.ts';
import { mixedHeaderFormats } from './rules/mixed-header-formats.ts';
import { negativeGaps } from './rules/negative-gaps.ts';
import { oneTraceId } from './rules/one-trace-id.ts';
import { serverWithoutClient } from './rules/server-without-client.ts';
import { unexplainedOrphans } from './rules/unexplained-orphans.ts';
import { unlinkedLogs } from './rules/unlinked-logs.ts';
import { wrongCounts } from './rules/wrong-counts.ts';

/**
 * Every rule, causes before symptoms: a trace whose tree one rule accounts for is not reported
 * again by those after it that would only see the consequences.
 */
export const RULES: readonly Rule[] = [
  healthCheckSpans,
  missingAttributes,
  oneTraceId,
  mixedHeaderFormats,
  unexplainedOrphans,
  serverWithoutClient,
  expectedEdges,
  negativeGaps,
  wrongCounts,
  unlinkedLogs,
];

/** Silence proves nothing: a project without traces is not a healthy one. */
const NO_TRACES = {
  id: 'no-traces',
  finding: 'There is no trace to look at.',
  cause:
    'Nothing ran in this time, spans are stored in another project, are not sampled, or cannot ' +
    'be stored.',
  cure:
    'Send a request (npm run load -- run), wait a minute, look again with a longer --since; look ' +
    'for export errors in the programs’ logs.',
} as const;

export const DIAGNOSIS_VERSION = 1;

export type Finding = Readonly<{
  id: string;
  finding: string;
  cause: string;
  cure: string;
  /** How often it was seen; `sightings` holds the first ones. */
  count: number;
  sightings: readonly Readonly<{ traceId: string | null; detail: string }>[];
}>;

/** What `--json` writes. */
export type Diagnosis = Readonly<{
  version: typeof DIAGNOSIS_VERSION;
  traces: number;
  spans: number;
  /** Null where no log file was given: then unlinked logs were not looked for. */
  logLines: number | null;
  /** The rules that looked; unlinked-logs only where there was a log. */
  rules: readonly string[];
  findings: readonly Finding[];
}>;

const MAX_SIGHTINGS = 100;

export function diagnose(traces: readonly Trace[], logs?: readonly LogLine[]): Diagnosis {
  const evidence = createEvidence(traces, logs);
  const explained = new Set<string>();
  const findings: Finding[] = [];
  if (traces.length === 0) findings.push({ ...NO_TRACES, count: 1, sightings: [] });
  const rules = RULES.filter((rule) => rule !== unlinkedLogs || logs !== undefined);
  for (const rule of rules) {
    const sightings = rule.check(evidence, explained);
    for (const { explains = [] } of sightings) for (const id of explains) explained.add(id);
    if (sightings.length > 0) findings.push(toFinding(rule, sightings));
  }
  return {
    version: DIAGNOSIS_VERSION,
    traces: traces.length,
    spans: traces.reduce((total, { spans }) => total + spans.length, 0),
    logLines: logs?.length ?? null,
    rules: rules.map(({ id }) => id),
    findings,
  };
}

function toFinding({ id, finding, cause, cure }: Rule, sightings: readonly Sighting[]): Finding {
  return {
    id,
    finding,
    cause,
    cure,
    count: sightings.length,
    sightings: sightings
      .slice(0, MAX_SIGHTINGS)
      .map(({ traceId, detail }) => ({ traceId, detail })),
  };
}
