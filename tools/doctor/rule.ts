// How to add a rule: CONTRIBUTING.md.
import type { Deviation } from '../traces/deviation.ts';
import type { Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestsOf } from '../traces/normalise.ts';
import { PLATFORM_LABELS } from '../traces/span.ts';
import type { Node } from '../traces/tree.ts';
import type { LogLine } from './logs.ts';

/** What the rules look at. */
export type Evidence = Readonly<{
  /** One for each request: as a rule one for each trace. */
  traces: readonly NormalisedTrace[];
  /** Undefined where no log file was given. */
  logs: readonly LogLine[] | undefined;
  /** What the reader met that is not as it should be. */
  deviations: readonly Deviation[];
  /** Where the files end before their end, in words; null where they do not. */
  cutShort: string | null;
}>;

export function createEvidence(
  traces: readonly Trace[],
  rest: Partial<Omit<Evidence, 'traces'>> = {},
): Evidence {
  return {
    ...{ logs: undefined, deviations: [], cutShort: null, ...rest },
    traces: traces.flatMap(requestsOf),
  };
}

/** What is said of a defect: one or two sentences each, and in `fix` what a person does. */
export type Words = Readonly<{ finding: string; cause: string; fix: string }>;

/** One place where a rule is broken. */
export type Sighting = Readonly<{
  /** Null for a log line that names no trace, or a file. */
  traceId: string | null;
  /** What is wrong there, in one sentence that names spans and values. */
  detail: string;
  /** Traces whose tree this accounts for: later rules do not report the same fault by its symptoms. */
  explains?: readonly string[];
  /** How many places it stands for; 1 where absent. */
  count?: number;
  /** In place of the rule's own; sightings with the same words make one finding. */
  words?: Words;
  /** Drawn as a waterfall where it is the first of its finding. */
  tree?: NormalisedTrace;
}>;

/** What a rule cannot look at in this evidence; `all`: it does not look at anything. */
type Blind = Readonly<{ why: string; all: boolean }>;

export type Rule = Words &
  Readonly<{
    id: string;
    /** What the source cannot give that this rule needs; null or absent: it has all it needs. */
    blind?(evidence: Evidence): Blind | null;
    /** `explained`: traces that rules before this one have accounted for. */
    check(evidence: Evidence, explained: ReadonlySet<string>): readonly Sighting[];
  }>;

/** How people call the platform that a trace ran on; empty where it does not say. */
export function platformOf(trace: NormalisedTrace | undefined): string {
  const key = 'cloud.platform';
  const name = trace?.nodes.find(({ span }) => span.attributes[key])?.span.attributes[key] ?? '';
  return PLATFORM_LABELS[name] ?? name;
}

/** How a span is named in a finding. */
export function describeSpan(node: Node): string {
  return `${node.service}:${node.span.name} (${node.span.spanId})`;
}

/** A sighting in one trace that accounts for whatever else its tree shows. */
export function explaining(trace: NormalisedTrace, detail: string): Sighting {
  return { traceId: trace.traceId, detail, explains: [trace.traceId] };
}
