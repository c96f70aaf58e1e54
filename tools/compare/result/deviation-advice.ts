import { type DeviationKind, isWarning } from '../../traces/deviation.ts';

/** What to do about each kind of deviation that may move a figure or hide a loss. */
export const DEVIATION_ADVICE = {
  'unknown-member': 'Check which exporter wrote the file: what the member holds counts nowhere.',
  'dropped-by-sdk':
    "Raise the SDK's limits (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_EVENT_COUNT_LIMIT), or record less on a span.",
  'conflicting-span':
    'Give every span its own id: check the id generator, and whether files were merged.',
  'span-limit': 'Figures of such a trace may miss spans. Let one request make fewer spans.',
  'implausible-date': 'Check the unit of the exporter: OTLP writes nanoseconds.',
  'impossible-time':
    'Fix the program that wrote them: such a span was never ended, or its clock was set back meanwhile.',
  'several-requests':
    'Start every request as a trace with its own id, or others cannot tell the requests apart.',
  'surplus-root':
    'Look for the call that lost the trace context: each of these spans should have a parent.',
  cycle: 'Fix how parent ids are written: these spans are their own ancestors.',
} as const satisfies Partial<Record<DeviationKind, string>>;

export type WarnedDeviation = keyof typeof DEVIATION_ADVICE;

export const isWarned = (kind: DeviationKind): kind is WarnedDeviation => isWarning(kind);
