import { z } from 'zod';
import type { Deviation } from '../../deviation.ts';
import type { Span, SpanKind, Trace } from '../../model.ts';
import { toTrace } from '../gather.ts';
import { type Labels, toLabels } from '../labels.ts';
import { toMoment, toSpanTimes } from '../times.ts';
import { UnreadableError } from '../unreadable.ts';

const digits = z.string().regex(/^-?\d+$/);

const spanRow = z.object({
  span_id: z.string(),
  parent_span_id: z.string().nullish(),
  name: z.string().nullish(),
  kind: z.string().nullish(),
  start_micros: digits,
  duration_nanos: digits.nullish(),
  attributes: z.string().nullish(),
  resource_attributes: z.string().nullish(),
  status_code: z.string().nullish(),
  status_message: z.string().nullish(),
});

const traceRow = z.object({ trace_id: z.string(), spans: z.array(spanRow) });

type SpanRow = z.infer<typeof spanRow>;

/** A row of statements.ts as a trace of the model; copies of a span are dropped and told of. */
export function parseTraceRow(
  row: unknown,
  projectId: string,
  onDeviation: (deviation: Deviation) => void,
): Trace {
  const read = traceRow.safeParse(row);
  if (!read.success) throw new UnreadableError('row', z.prettifyError(read.error));
  const traceId = hexOf(read.data.trace_id, 32);
  const spans = read.data.spans.map((span) => toSpan(span, traceId));
  return toTrace(traceId, projectId, spans, { add: onDeviation });
}

function toSpan(row: SpanRow, traceId: string): Span {
  const startNanos = BigInt(row.start_micros) * 1_000n;
  const durationNanos = BigInt(row.duration_nanos ?? '0');
  const parent = row.parent_span_id ?? '';
  const message = row.status_message ?? '';
  return {
    traceId,
    spanId: hexOf(row.span_id, 16),
    ...(/^0*$/.test(parent) ? {} : { parentSpanId: hexOf(parent, 16) }),
    name: row.name ?? '',
    kind: KINDS.get(row.kind ?? '') ?? 'internal',
    ...toSpanTimes(
      toMoment(startNanos, `start_time of ${row.start_micros} µs`),
      toMoment(startNanos + durationNanos, `end of ${row.start_micros} µs and ${durationNanos} ns`),
      () => `duration_nano ${durationNanos} is negative`,
    ),
    attributes: { ...labelsOf(row.resource_attributes), ...labelsOf(row.attributes) },
    status: {
      error: ERRORS.has(row.status_code ?? ''),
      ...(message !== '' && { message }),
    },
  };
}

/** OTLP's numbers, and its names. */
const KINDS: ReadonlyMap<string, SpanKind> = new Map([
  ['2', 'server'],
  ['3', 'client'],
  ['SPAN_KIND_SERVER', 'server'],
  ['SPAN_KIND_CLIENT', 'client'],
]);
const ERRORS: ReadonlySet<string> = new Set(['2', 'STATUS_CODE_ERROR']);

function hexOf(id: string, length: number): string {
  const lower = id.toLowerCase();
  if (lower.length === length && /^[0-9a-f]+$/.test(lower)) return lower;
  throw new UnreadableError('row', `has the id ${JSON.stringify(id)}, not ${length} digits`);
}

/** A JSON column: an object of attributes, or null. */
function labelsOf(json: string | null | undefined): Labels {
  const value: unknown = JSON.parse(json ?? 'null');
  return typeof value === 'object' && value !== null ? toLabels(Object.entries(value)) : {};
}
