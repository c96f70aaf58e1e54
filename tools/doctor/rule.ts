import type { Trace } from '../traces/model.ts';
import { type NormalisedTrace, normalise } from '../traces/normalise.ts';
import type { Node } from '../traces/tree.ts';
import type { LogLine } from './logs.ts';

/** What the rules look at. */
export type Evidence = Readonly<{
  traces: readonly NormalisedTrace[];
  /** Undefined where no log file was given. */
  logs: readonly LogLine[] | undefined;
}>;

export function createEvidence(traces: readonly Trace[], logs?: readonly LogLine[]): Evidence {
  return { traces: traces.map(normalise), logs };
}

/** One place where a rule is broken. */
export type Sighting = Readonly<{
  /** Null for a log line that names no trace. */
  traceId: string | null;
  /** What is wrong there, in one sentence that names spans and values. */
  detail: string;
  /** Traces whose tree this accounts for: later rules do not report the same fault by its symptoms. */
  explains?: readonly string[];
}>;

export type Rule = Readonly<{
  id: string;
  finding: string;
  cause: string;
  cure: string;
  /** `explained`: traces that rules before this one have accounted for. */
  check(evidence: Evidence, explained: ReadonlySet<string>): readonly Sighting[];
}>;

/** How a span is named in a finding. */
export function describeSpan(node: Node): string {
  return `${node.service}:${node.span.name} (${node.span.spanId})`;
}

/** A sighting in one trace that accounts for whatever else its tree shows. */
export function explaining(trace: NormalisedTrace, detail: string): Sighting {
  return { traceId: trace.traceId, detail, explains: [trace.traceId] };
}
