import { isComplete, isRequest } from '../../tools/traces/completeness.ts';
import type { Trace } from '../../tools/traces/model.ts';
import { requestsOf } from '../../tools/traces/normalise.ts';
import type { HeldDescriptors } from './descriptors.ts';
import { addEach, type Requests } from './load.ts';
import type { Ended } from './process.ts';
import type { Row } from './row.ts';
import type { Vitals } from './vitals.ts';
import type { Figures } from './watch.ts';

/** The spans of one program, by its own count and by what Cloud Trace holds. */
export type SpanCount = Readonly<{
  started: number;
  stored: number;
  lost: number;
  unknown: number;
  shed: number;
  /** Distinct span ids in the store. */
  held: number;
  reasons: Readonly<Record<string, number>>;
}>;

/** One line of the table. */
export type Result = Readonly<{
  name: string;
  load: string;
  requests: Requests;
  /** Of the failed ones, those that the documents promise for this fault. */
  documented: number;
  spans: Readonly<Record<string, SpanCount>>;
  total: SpanCount;
  complete: number;
  broken: number;
  vitals: Readonly<Record<string, Vitals>>;
  /** Of the processes that ran all the time. */
  descriptors: readonly HeldDescriptors[];
  exits: readonly string[];
  seconds: number;
}> &
  Figures;

export function summarise(options: {
  row: Row;
  requests: Requests;
  descriptors: readonly HeldDescriptors[];
  ended: readonly Ended[];
  traces: readonly Trace[];
  figures: Figures;
  seconds: number;
}): Result {
  const { row, requests, descriptors, ended, traces, figures } = options;
  const spans = Object.fromEntries(
    [...Map.groupBy(ended, ({ name }) => name)].map(([name, processes]) => [
      name,
      countSpans(name, processes, traces),
    ]),
  );
  const trees = traces.flatMap((trace) => requestsOf(trace)).filter(isRequest);
  const complete = trees.filter(isComplete).length;
  return {
    name: row.name,
    load: describeLoad(row),
    requests,
    documented: (row.expect.documented ?? []).reduce(
      (sum, kind) => sum + (requests.failed[kind] ?? 0),
      0,
    ),
    spans,
    total: Object.values(spans).reduce(addCounts, NONE),
    ...figures,
    complete,
    broken: trees.length - complete,
    vitals: Object.fromEntries(
      ended.map(({ name, vitals }, index) => [`${name}-${index}`, vitals]),
    ),
    descriptors,
    exits: ended.map(({ name, exit }) => `${name} ${exit.signal ?? exit.code}`),
    seconds: options.seconds,
  };
}

function describeLoad({ load, fault }: Row): string {
  const text =
    typeof load === 'function' ? 'as the row makes it' : `${load.perSecond}/s ${load.seconds} s`;
  return fault ? `${text}, fault ${fault.forSeconds ?? 0} s` : text;
}

const NONE: SpanCount = {
  started: 0,
  stored: 0,
  lost: 0,
  unknown: 0,
  shed: 0,
  held: 0,
  reasons: {},
};

function countSpans(
  name: string,
  processes: readonly Ended[],
  traces: readonly Trace[],
): SpanCount {
  const own = processes.map(({ ledger }) => ({ ...NONE, ...ledger }));
  const held = new Set(
    traces.flatMap((trace) =>
      trace.spans
        .filter(({ attributes }) => attributes['service.name'] === name)
        .map(({ spanId }) => `${trace.traceId}/${spanId}`),
    ),
  ).size;
  return { ...own.reduce(addCounts, NONE), held };
}

function addCounts(a: SpanCount, b: SpanCount): SpanCount {
  return {
    started: a.started + b.started,
    stored: a.stored + b.stored,
    lost: a.lost + b.lost,
    unknown: a.unknown + b.unknown,
    shed: a.shed + b.shed,
    held: a.held + b.held,
    reasons: addEach(a.reasons, b.reasons),
  };
}
