import type { Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestRootOf, requestsOf } from '../traces/normalise.ts';
import { BY_ATTRIBUTES, type Reading } from '../traces/profile/profile.ts';
import { isUnwanted } from '../traces/span.ts';
import { type Finding, generalWordsOf, toFindings, withWords } from './findings.ts';
import { createKnownShapes, type Known } from './known-shapes.ts';
import { noTraces, notOfRoot } from './no-traces.ts';
import { createNotes } from './notes.ts';
import type { Evidence, Sighting, Sightings } from './rule.ts';
import { RULES } from './rules.ts';
import { createSightings, type Doubts } from './sightings.ts';

/** 2: `cure` is called `fix`; notes, notChecked and leftOut say what version 1 kept silent. */
const DIAGNOSIS_VERSION = 2;

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

type Said = Readonly<{
  seen: ReturnType<typeof createSightings>;
  sightings: readonly Sighting[];
}>;

/** All that rules said of a trace, and its only tree. */
export type Verdict = Readonly<{ tree: NormalisedTrace; said: readonly Said[] }>;

/** What is known once all was read. */
export type ReadWhole = Partial<Pick<Evidence, 'deviations' | 'cutShort'>> &
  Readonly<{ leftOut?: readonly string[]; ofFiles?: boolean }>;

/** Takes traces one at a time, and keeps of them what it will say. */
export function createDiagnosis(
  logs: Evidence['logs'],
  reading: Reading = BY_ATTRIBUTES,
  shapes = createKnownShapes<Verdict>(),
) {
  const looks = RULES.map((rule) => ({
    ...{ rule, general: generalWordsOf(rule) },
    ...rule.look({ logs }),
  }));
  const doubting = looks.filter(({ doubt }) => doubt !== undefined);
  const looking = looks.map((look) => ({ look, seen: createSightings(doubting.length) }));
  const noDoubts: Doubts = doubting.map(() => -1);
  const notes = createNotes();
  const counts = {
    traces: 0,
    scheduleCalls: 0,
    spans: 0,
    requests: 0,
    /** Traces that hold no span of --root. */
    unmatched: 0,
    withoutProject: 0,
    general: 0,
  };

  // Lines of logs name spans by their ids, and --root may name any label.
  const mayBeKnown = logs === undefined && reading.root === null;

  // One that holds no span of --root has no tree that says it.
  const isOfAnother = (requests: readonly NormalisedTrace[]): boolean =>
    (requests[0]?.profile ?? reading.profile) === 'general';

  function count(trace: Trace, requests: readonly NormalisedTrace[], isGeneral: boolean): void {
    counts.traces += 1;
    if (isGeneral) counts.general += 1;
    counts.spans += trace.spans.length;
    counts.requests += requests.length;
    if (requests.length === 0) counts.unmatched += 1;
    if (trace.projectId === '') counts.withoutProject += requests.length;
    for (const request of requests) if (isScheduleCall(request)) counts.scheduleCalls += 1;
    notes.see(requests);
  }

  function see(trace: Trace): void {
    const known = mayBeKnown ? shapes.find(trace) : null;
    if (known !== null && shapes.isSettled(known)) {
      seeAgain(trace, known);
      return;
    }
    const requests = requestsOf(trace, reading);
    const isGeneral = isOfAnother(requests);
    count(trace, requests, isGeneral);
    const said: Said[] = [];
    let isSure = mayBeKnown && known === null;
    let isExplained = false;
    let doubts = noDoubts;
    for (const { look, seen } of looking) {
      const { ofSymptoms = false, ofThisSystem = false } = look.rule;
      if (ofThisSystem && isGeneral) continue;
      const words = isGeneral ? look.general : undefined;
      const sightings: readonly Sighting[] = withWords<Sighting>(
        look.see?.(requests, isExplained) ?? [],
        words,
      );
      if (sightings.length > 0 && !(ofSymptoms && isExplained)) {
        seen.add(sightings, ofSymptoms ? doubts : noDoubts);
        said.push({ seen, sightings });
        isSure &&= !ofSymptoms || doubts === noDoubts;
        isExplained ||= sightings.some(({ explains }) => explains === true);
      }
      const doubt = look.doubt?.() ?? -1;
      if (doubt >= 0) doubts = doubts.with(doubting.indexOf(look), doubt);
      isSure &&= doubt < 0 || look.again !== undefined;
    }
    const [tree] = requests;
    if (isSure && tree !== undefined) shapes.add(trace, tree, { tree, said });
  }

  function seeAgain(trace: Trace, { startMs, verdict }: Known<Verdict>): void {
    const { traceId, projectId } = trace;
    const requests = [{ ...verdict.tree, traceId, projectId, startMs }];
    const isGeneral = isOfAnother(requests);
    count(trace, requests, isGeneral);
    for (const { look } of looking) {
      if (!(look.rule.ofThisSystem && isGeneral)) look.again?.(requests);
    }
    for (const { seen, sightings } of verdict.said) seen.add(sightings, noDoubts);
  }

  function finish(read: ReadWhole = {}): Diagnosis {
    const { leftOut = [], ofFiles = false, deviations = [], cutShort = null } = read;
    const evidence: Evidence = { logs, deviations, cutShort, ...counts };
    const isExplained = (doubts: Doubts): boolean =>
      doubts.some((doubt, rule) => doubt >= 0 && doubting[rule]?.explains?.(doubt) === true);
    const asked = looking.map((one) => ({
      ...one,
      blind: one.look.rule.blind?.(evidence) ?? null,
    }));
    const isGeneral = counts.traces > 0 && counts.general === counts.traces;
    const able = asked.filter(
      ({ look, blind }) => blind?.all !== true && !(isGeneral && look.rule.ofThisSystem === true),
    );
    const isOtherSignal = deviations.some(({ kind }) => kind === 'other-signal');
    return {
      version: DIAGNOSIS_VERSION,
      traces: counts.traces,
      scheduleCalls: counts.scheduleCalls,
      spans: counts.spans,
      logLines: logs?.length ?? null,
      rules: able.map(({ look }) => look.rule.id),
      notChecked: asked.flatMap(({ look, blind }) =>
        blind === null ? [] : [{ rule: look.rule.id, why: blind.why }],
      ),
      leftOut: [...leftOut, notOfRoot(reading, counts), cutShort].filter((text) => text !== null),
      notes: notes.all(deviations),
      findings: [
        ...[noTraces({ ofFiles, isOtherSignal, reading, ...counts }) ?? []].flat(),
        ...able.flatMap(({ look, seen }) => {
          const words = isGeneral ? look.general : undefined;
          const found = withWords<Sightings>(look.finish?.(evidence) ?? [], words);
          const sightings = [...seen.all(isExplained), ...found];
          return toFindings(look.rule, look.settle?.(sightings) ?? sightings);
        }),
      ],
    };
  }

  return { see, finish };
}

/** Of traces that are in memory. */
export function diagnose(
  traces: readonly Trace[],
  {
    logs,
    reading,
    ...read
  }: ReadWhole & Partial<Pick<Evidence, 'logs'>> & { reading?: Reading } = {},
): Diagnosis {
  const diagnosis = createDiagnosis(logs, reading);
  for (const trace of traces) diagnosis.see(trace);
  return diagnosis.finish(read);
}

const isScheduleCall = (tree: NormalisedTrace): boolean =>
  requestRootOf(tree) === null &&
  tree.nodes.every(({ frontEnd, service }) => frontEnd || service === 'loadgen') &&
  tree.nodes.some(({ frontEnd, span }) => !frontEnd && span.kind === 'server' && !isUnwanted(span));
