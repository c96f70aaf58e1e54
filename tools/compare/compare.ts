import { createDeviationTally } from '../traces/deviation.ts';
import type { Trace } from '../traces/model.ts';
import { createSampleWatch } from '../traces/sources/sampling/sample-watch.ts';
import type { TraceSource } from '../traces/sources/source.ts';
import { type Cohort, cohortsOf, type Sides } from './cohorts/cohort.ts';
import { type Collecting, type Collection, createCollector } from './cohorts/collector.ts';
import { hopsLeftOut } from './cohorts/hop-groups.ts';
import { emptyText } from './empty-read.ts';
import { type Asked, alphaFor, evaluateGate } from './gate/evaluate-gate.ts';
import {
  type CohortSummary,
  errorsIn,
  loadOf,
  requestedBetween,
  summariseCohort,
} from './result/cohort-summary.ts';
import { COMPARISON_VERSION, type Comparison, methodsOf } from './result/comparison.ts';
import { costOf } from './result/cost.ts';
import { createDrawing } from './result/drawing.ts';
import { chooseExemplars, chosenRecords, drawExemplars } from './result/exemplars.ts';
import { drawnFailures, findFailures } from './result/failures.ts';
import { whyIncomparable } from './result/incomparable.ts';
import { ofAnotherSystem } from './result/of-another-system.ts';
import type { Read } from './result/read.ts';
import { newestRequests } from './result/recent-traces.ts';
import { reconcile } from './result/reconciliation.ts';
import { findWarnings } from './result/warnings.ts';
import { chooseDesign } from './statistics/design.ts';
import { compareFigures } from './statistics/figures.ts';
import { ALPHA, latencyIn, testOverall } from './statistics/overall.ts';
import { chooseWindows } from './statistics/windows/choose-windows.ts';

const INSPECT = 'Run npx shakesapp doctor on the same traces';

/** Reads a source as a stream and compares. `onTrace` sees every trace: to save it, to count it. */
export async function compareSource(
  source: TraceSource,
  options: {
    cohorts: Sides<Cohort>;
    /** What a request is, and how it finds its partner. */
    collecting?: Collecting;
    signal: AbortSignal;
    /** Conditions to hold the comparison against: one at least. */
    gate?: Asked | undefined;
    /** Whether the source is files, whose advice is another one. */
    ofFiles?: boolean;
    /** How the reader runs doctor on the same traces. */
    inspect?: string;
    onTrace?: (trace: Trace, isInSample: boolean) => void | Promise<void>;
  },
): Promise<Comparison> {
  const { ofFiles = false, inspect = INSPECT } = options;
  const collector = createCollector(options.cohorts, options.collecting);
  const watch = createSampleWatch(source);
  let traces = 0;
  for await (const trace of source.read(options.signal)) {
    traces += 1;
    const isInSample = watch.see(trace);
    await options.onTrace?.(trace, isInSample);
    const side = source.sideOf?.(trace) ?? null;
    collector.add(trace, source.readAtMs(), { side, isInSample });
  }
  const comparing = compareCollected(collector.collection());
  const read = {
    source: source.describe(),
    truncated: source.truncated(),
    sampled: watch.taken(),
    totals: source.totals?.() ?? null,
    deviations: source.deviations(),
    ofFiles,
    inspect,
    isEmptyFile: ofFiles && traces === 0,
  };
  const drawn = await source.find(comparing.drawnIds, options.signal);
  return comparing.finish({ ...read, drawn }, options.gate);
}

/** Compares traces that are in memory. `readAtMs`: now, where more of them may come. */
export function compareTraces(
  traces: readonly Trace[],
  options: {
    cohorts: Sides<Cohort>;
    name: string;
    local: boolean;
    readAtMs?: number;
    inspect?: string;
  },
): Comparison {
  const collector = createCollector(options.cohorts);
  for (const trace of traces) collector.add(trace, options.readAtMs ?? null);
  const comparing = compareCollected(collector.collection());
  return comparing.finish({
    source: { kind: 'memory', name: options.name, local: options.local, since: null, until: null },
    truncated: null,
    sampled: null,
    totals: null,
    deviations: [],
    ofFiles: false,
    inspect: options.inspect ?? INSPECT,
    isEmptyFile: false,
    drawn: traces.filter(({ traceId }) => comparing.drawnIds.has(traceId)),
  });
}

/** Compares what was collected. Only records are kept, so the few traces to draw are asked for. */
export function compareCollected(collection: Collection) {
  const { records, profile, severalRoots } = collection;
  const design =
    profile === 'general'
      ? chooseWindows(records, latencyIn('warm'))
      : chooseDesign(records.a, records.b);
  const warm = chooseExemplars(records, design, 'warm');
  const cold = chooseExemplars(records, design, 'cold');
  const { outside } = collection;
  const found = { a: [...records.a, ...outside.a], b: [...records.b, ...outside.b] };
  const drawn = [...chosenRecords(warm), ...chosenRecords(cold), ...drawnFailures(found)];
  return {
    drawnIds: new Set(drawn.map(({ traceId }) => traceId)) as ReadonlySet<string>,
    finish({ drawn: traces, ...read }: Read, gate?: Asked): Comparison {
      const { source, truncated, sampled, totals, deviations, ofFiles, isEmptyFile } = read;
      // Without a span nothing says that they are of this system.
      const cohorts = isEmptyFile ? cohortsOf('general', collection.cohorts) : collection.cohorts;
      const windowOf = (side: 'a' | 'b') =>
        sampled === null ? null : { sample: sampled.sample, outside: outside[side] };
      const summaries: Sides<CohortSummary> = {
        a: summariseCohort(cohorts.a, records.a, windowOf('a')),
        b: summariseCohort(cohorts.b, records.b, windowOf('b')),
      };
      const against = whyIncomparable(summaries);
      const errorsOfWindow = (side: 'a' | 'b') =>
        sampled?.sample.failures !== 'all' ? null : errorsIn(summaries[side]);
      const tested = testOverall(design);
      const ofWindow = { a: errorsOfWindow('a'), b: errorsOfWindow('b') };
      const figuresAt = (alpha: number) =>
        compareFigures(records, { design, tested, against, alpha, ofWindow });
      const figures = figuresAt(ALPHA);
      const { overall, hops } = figures;
      const draw = createDrawing(traces, { source, reading: collection.reading });
      const tally = createDeviationTally();
      for (const deviation of [...deviations, ...collection.deviations]) tally.add(deviation);
      const loadOfEnded = (side: 'a' | 'b') => loadOf(records[side].filter(collection.hasEnded));
      const comparison: Comparison = {
        version: COMPARISON_VERSION,
        profile,
        source,
        unmatched: isEmptyFile ? [emptyText(source)] : collection.unmatched,
        choices: collection.choices,
        foldedNames: collection.foldedNames,
        configuration: collection.configuration,
        cohorts: summaries,
        requested: requestedBetween([...records.a, ...records.b]),
        inBothCohorts: collection.inBothCohorts,
        ...(severalRoots.a + severalRoots.b > 0 && { severalRoots }),
        stillArriving: collection.stillArriving,
        deviations: tally.all(),
        ...figures,
        reconciliation: reconcile(overall, hops, {
          design,
          labels: { a: cohorts.a.label, b: cohorts.b.label },
        }),
        cost: costOf(records, hops),
        hopsLeftOut: hopsLeftOut(records),
        exemplars: drawExemplars(warm, draw),
        coldExemplars: drawExemplars(cold, draw),
        exemplarsArePairs: { warm: warm.paired, cold: cold.paired },
        recent: newestRequests(records, { source }),
        failures: findFailures(found, { draw, source }),
        warnings: findWarnings({
          cohorts: summaries,
          records,
          load: { a: loadOfEnded('a'), b: loadOfEnded('b') },
          overall,
          samplers: collection.samplers,
          pairBy: collection.pairBy,
          foldedNames: collection.foldedNames,
          deviations: tally.all(),
          truncated,
          partly: sampled?.result.text ?? null,
          ofFiles,
          inspect: read.inspect,
        }),
        ...(sampled !== null && { sample: sampled.result }),
        ...(totals !== null && { totals }),
        methods: methodsOf(overall),
      };
      const ofAny = profile === 'general' ? ofAnotherSystem(comparison) : comparison;
      if (gate === undefined) return ofAny;
      const alpha = alphaFor(gate.conditions.length);
      const strict = alpha === ALPHA ? ofAny : { ...ofAny, ...figuresAt(alpha) };
      return { ...ofAny, gate: evaluateGate(strict, gate) };
    },
  };
}
