// How to add a rule: CONTRIBUTING.md.
import type { Deviation } from '../traces/deviation.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import { PLATFORM_LABELS } from '../traces/span.ts';
import type { Node } from '../traces/tree.ts';
import type { LogLine } from './logs.ts';

/** What is known once every trace was seen. */
export type Evidence = Readonly<{
  /** Undefined where no log file was given. */
  logs: readonly LogLine[] | undefined;
  /** What the reader met that is not as it should be. */
  deviations: readonly Deviation[];
  /** Where the files end before their end, in words; null where they do not. */
  cutShort: string | null;
  /** How many requests were seen, and how many of them name no project. */
  requests: number;
  withoutProject: number;
}>;

/** What is said of a defect: one or two sentences each, and in `fix` what a person does. */
export type Words = Readonly<{ finding: string; cause: string; fix: string }>;

/** One place where a rule is broken. */
export type Sighting = Readonly<{
  /** Null for a log line that names no trace, or a file. */
  traceId: string | null;
  /** What is wrong there, in one sentence that names spans and values. Asked where it is listed. */
  detail(): string;
  /** It accounts for its trace's tree: later rules do not report the same fault by its symptoms. */
  explains?: boolean;
  /** How many places it stands for; 1 where absent. */
  count?: number;
  /** In place of the rule's own; sightings with the same words make one finding. */
  words?: Words;
  /** What else it has to share with those that it is counted with. */
  group?: string;
}>;

/** A place as the report lists it. */
export type Place = Readonly<{ traceId: string | null; detail: string }>;

/** What is left of sightings that are counted together. */
export type Sightings = Readonly<{
  /** In place of the rule's own. */
  words?: Words | undefined;
  group?: string | undefined;
  count: number;
  /** Of how many traces. */
  traces: number;
  /** The first ones. */
  places: readonly Place[];
  /** Drawn as a waterfall. */
  tree?: NormalisedTrace;
}>;

/**
 * A rule that looks at one run of traces. It sees each trace once, and keeps no more than what it
 * will say: a million traces have to pass.
 */
export type Look = Readonly<{
  /** All requests of one trace, as a rule one. `isExplained`: rules before account for the trace. */
  see?(trace: readonly NormalisedTrace[], isExplained: boolean): readonly Sighting[];
  /**
   * Counts another trace of which `see` would say what it said of this one. Only times, ids and labels
   * that no rule reads differ, and of those only `traceId` and `startMs` of the tree are its own. Absent
   * where the rule keeps nothing of a trace like that.
   */
  again?(trace: readonly NormalisedTrace[]): void;
  /** Once every trace was seen, what only all of them together show. */
  finish?(evidence: Evidence): readonly Sightings[];
  /** Puts words to what was seen, and the findings in order. */
  settle?(sightings: readonly Sightings[]): readonly Sightings[];
  /**
   * Of a rule that explains traces by others: under which number `explains` answers for the trace
   * that was seen last, once `finish` was called; -1: it does not account for it.
   */
  doubt?(): number;
  explains?(number: number): boolean;
}>;

/** What a rule cannot look at in this evidence; `all`: it does not look at anything. */
type Blind = Readonly<{ why: string; all: boolean }>;

export type Rule = Words &
  Readonly<{
    id: string;
    /** It holds for this system's own traces only, and does not see others. */
    ofThisSystem?: true;
    /** What is said otherwise of another system's traces. */
    general?: Partial<Words>;
    /** It sees consequences only: a trace that rules before account for is not for it. */
    ofSymptoms?: true;
    /** What the source cannot give that this rule needs; null or absent: it has all it needs. */
    blind?(evidence: Evidence): Blind | null;
    look(given: Pick<Evidence, 'logs'>): Look;
  }>;

const NOTHING: readonly Sighting[] = [];

/** The look of a rule that needs to see no more than one request at a time. */
export const atEach = (see: (request: NormalisedTrace) => readonly Sighting[]) => (): Look => ({
  see: (trace) => {
    const [first] = trace;
    if (first === undefined) return NOTHING;
    return trace.length === 1 ? see(first) : trace.flatMap(see);
  },
});

/** How people call the platform that a trace ran on; empty where it does not say. */
export function platformOf({ nodes }: NormalisedTrace): string {
  const key = 'cloud.platform';
  const name = nodes.find(({ span }) => span.attributes[key])?.span.attributes[key] ?? '';
  return PLATFORM_LABELS[name] ?? name;
}

/** How a span is named in a finding. */
export function describeSpan(node: Node): string {
  return `${node.service}:${node.span.name} (${node.span.spanId})`;
}

/** A sighting in one trace that accounts for whatever else its tree shows. */
export function explaining({ traceId }: NormalisedTrace, detail: () => string): Sighting {
  return { traceId, detail, explains: true };
}
