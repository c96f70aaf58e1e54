import type { Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestRootOf } from '../traces/normalise.ts';
import { createWaterfall, type Waterfall } from '../traces/waterfall.ts';
import { notesOf } from './notes.ts';
import { createEvidence, type Evidence, type Rule, type Sighting, type Words } from './rule.ts';
import { RULES } from './rules.ts';

/** Silence proves nothing: a project without traces is not a healthy one. */
const NO_TRACES = {
  id: 'no-traces',
  finding: 'There is no trace to look at.',
  cause:
    'Nothing ran in this time, or the spans are stored in another project, are not sampled, or ' +
    'cannot be stored.',
  fix:
    'Send a request (npx shakesapp load run), wait a minute, and run the doctor again with a ' +
    'longer --since. Look for export errors in the logs of the programs.',
} as const;

/** Of files the load has nothing to say. */
const NO_TRACES_IN_FILES = {
  id: 'no-traces',
  finding: 'There is no trace to look at.',
  cause: 'The files hold no spans, or --trace, --since and --until leave none.',
  fix: 'Check what the file was exported from, or run the doctor without --trace and times.',
} as const;

/** Only metrics, logs or profiles were written. */
const OTHER_SIGNAL_IN_FILES = {
  id: 'no-traces',
  finding: 'There is no trace to look at, but metrics, logs or profiles.',
  cause:
    'The exporter that wrote the files is not in a pipeline of traces, or --trace, --since and ' +
    '--until leave none.',
  fix: 'Export the traces too (a pipeline of traces with this exporter in the collector).',
} as const;

/** 2: `cure` is called `fix`; notes, notChecked and leftOut say what version 1 kept silent. */
const DIAGNOSIS_VERSION = 2;

export type Finding = Words &
  Readonly<{
    /** The rule's; a rule may make several findings. */
    id: string;
    /** How often it was seen; `sightings` holds the first ones. */
    count: number;
    sightings: readonly Readonly<{ traceId: string | null; detail: string }>[];
    /** The first of the traces, drawn; null where a picture shows no more than the words. */
    exemplar: Waterfall | null;
  }>;

/** What `--json` writes. */
export type Diagnosis = Readonly<{
  version: typeof DIAGNOSIS_VERSION;
  traces: number;
  /** Of these, how many hold no request but the schedule's call of loadgen; compare leaves them out. */
  scheduleCalls: number;
  spans: number;
  /** Null where no log file was given: then unlinked logs were not looked for. */
  logLines: number | null;
  /** The rules that looked. */
  rules: readonly string[];
  /** What a rule could not look at, and why. */
  notChecked: readonly Readonly<{ rule: string; why: string }>[];
  /** What was not read, or not looked at, one sentence each. */
  leftOut: readonly string[];
  /** What is not wrong, but worth knowing. */
  notes: readonly string[];
  findings: readonly Finding[];
}>;

const MAX_SIGHTINGS = 100;

export function diagnose(
  traces: readonly Trace[],
  read: Partial<Omit<Evidence, 'traces'>> &
    Readonly<{ leftOut?: readonly string[]; ofFiles?: boolean }> = {},
): Diagnosis {
  const { leftOut = [], ofFiles = false, ...rest } = read;
  const evidence = createEvidence(traces, rest);
  const { logs, cutShort } = evidence;
  const explained = new Set<string>();
  const findings: Finding[] = [];
  if (traces.length === 0) {
    const isOtherSignal = evidence.deviations.some(({ kind }) => kind === 'other-signal');
    const inFiles = isOtherSignal ? OTHER_SIGNAL_IN_FILES : NO_TRACES_IN_FILES;
    const noTraces = ofFiles ? inFiles : NO_TRACES;
    findings.push({
      ...noTraces,
      count: 1,
      sightings: [],
      exemplar: null,
    });
  }
  const blind = RULES.map((rule) => ({ rule, blind: rule.blind?.(evidence) ?? null }));
  const looking = blind.filter((one) => one.blind?.all !== true).map(({ rule }) => rule);
  for (const rule of looking) {
    const sightings = rule.check(evidence, explained);
    for (const { explains = [] } of sightings) for (const id of explains) explained.add(id);
    findings.push(...toFindings(rule, sightings));
  }
  return {
    version: DIAGNOSIS_VERSION,
    traces: traces.length,
    scheduleCalls: evidence.traces.filter(isScheduleCall).length,
    spans: traces.reduce((total, { spans }) => total + spans.length, 0),
    logLines: logs?.length ?? null,
    rules: looking.map(({ id }) => id),
    notChecked: blind.flatMap((one) =>
      one.blind === null ? [] : [{ rule: one.rule.id, why: one.blind.why }],
    ),
    leftOut: cutShort === null ? leftOut : [...leftOut, cutShort],
    notes: notesOf(evidence),
    findings,
  };
}

const isScheduleCall = (tree: NormalisedTrace): boolean =>
  requestRootOf(tree) === null &&
  tree.nodes.every(({ frontEnd, service }) => frontEnd || service === 'loadgen') &&
  tree.nodes.some(({ frontEnd, span }) => !frontEnd && span.kind === 'server');

/** As a rule one; where sightings have their own words, one for each of these. */
function toFindings({ id, ...own }: Rule, sightings: readonly Sighting[]): readonly Finding[] {
  const groups = Map.groupBy(sightings, ({ words = own }) => words.finding);
  return [...groups.values()].flatMap((group): Finding[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { finding, cause, fix } = first.words ?? own;
    const count = group.reduce((total, sighting) => total + (sighting.count ?? 1), 0);
    return [
      {
        ...{ id, finding, cause, fix, count },
        sightings: group
          .slice(0, MAX_SIGHTINGS)
          .map(({ traceId, detail }) => ({ traceId, detail })),
        exemplar: first.tree === undefined ? null : createWaterfall(first.tree),
      },
    ];
  });
}
