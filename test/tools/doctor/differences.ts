import { ATTR } from '../../../lib/telemetry/names.ts';
import { LABELS_READ } from '../../../tools/doctor/shape-labels.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { copyOf, inAnOrder, UNCHANGED } from './repeated-traces.ts';

export type Change = (span: Span, spans: readonly Span[]) => Partial<Span> | null;
const labelled =
  (key: string, value: string): Change =>
  ({ attributes }) => ({
    attributes: { ...attributes, [key]: value },
  });
const moved =
  (startMs: number, endMs: number): Change =>
  (span) => ({
    startMs: span.startMs + startMs,
    endMs: span.endMs + endMs,
  });

/** What may tell a trace from one that it is like; null takes the span out. */
export const CHANGES: Readonly<Record<string, Change>> = {
  none: () => ({}),
  removed: () => null,
  name: () => ({ name: 'another name' }),
  kind: ({ kind }) => ({ kind: kind === 'client' ? 'server' : 'client' }),
  impossible: () => ({ impossible: 'it never ended' }),
  'status of error': () => ({ status: { error: true } }),
  'status of success': () => ({ status: { error: false } }),
  'id of another span': (_, [first]) => ({ spanId: first?.spanId ?? '' }),
  'another parent': (_, spans) => ({ parentSpanId: spans.at(-1)?.spanId ?? '' }),
  'a missing parent': () => ({ parentSpanId: 'f'.repeat(16) }),
  early: moved(-5, -5),
  'by a second': moved(1_000, 1_000),
  'late end': moved(0, 5),
  'later end': moved(0, 100),
  backwards: ({ startMs }) => ({ endMs: startMs - 1 }),
  'no time': ({ startMs }) => ({ endMs: startMs }),
  'the front end of another': (span, spans) =>
    labelled(ATTR.frontEndSpanId, spans[6]?.spanId ?? '')(span, spans),
  'due long before': labelled(ATTR.scheduledTime, '2020-01-01T00:00:00.000Z'),
  'another label in place of one': ({ attributes: { 'service.version': _, ...others } }) => ({
    attributes: { ...others, 'thread.id': '17' },
  }),
  'without the name of its program': ({ attributes: { 'service.name': _, ...others } }) => ({
    attributes: others,
  }),
  'no labels': () => ({ attributes: {} }),
  'a label that no rule knows': labelled('thread.id', '17'),
  'a wrong count': ({ attributes }) => ({
    attributes: { ...attributes, [ATTR.expectedCount]: '7', [ATTR.matchCount]: '8' },
  }),
};

/** What may tell labels from those of another one. */
export const OF_LABELS: readonly Change[] = [...LABELS_READ.keys()].flatMap((key) =>
  ['', '900', '/health'].map((value) => labelled(key, value)),
);

/** A copy of the trace with one span changed. */
export function changedCopy(
  trace: Trace,
  number: number,
  { change, at }: { change: Change; at: number },
) {
  const { spans, ...copy } = copyOf(trace, number);
  const changed = spans.flatMap((span, place) => {
    const members = place === at ? change(span, spans) : {};
    return members === null ? [] : [{ ...span, ...members }];
  });
  return { ...copy, spans: inAnOrder(changed, number) };
}

/** Every change to these spans of each trace. */
export function* changedBy(
  changes: readonly Change[],
  traces: readonly Trace[],
  placesIn: (trace: Trace) => Iterable<number>,
): Generator<Trace> {
  let number = UNCHANGED * traces.length;
  for (const change of changes) {
    for (const trace of traces) {
      for (const at of placesIn(trace)) {
        yield changedCopy(trace, number, { change, at });
        number += 1;
      }
    }
  }
}
