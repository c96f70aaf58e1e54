import type { DeviationKind } from '../../traces/deviation.ts';

const ADVICE: Partial<Record<DeviationKind, string>> = {
  'unknown-member': 'Check which exporter wrote the file: what the member holds counts nowhere.',
  'dropped-by-sdk':
    "Raise the SDK's limits (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_EVENT_COUNT_LIMIT), or record less on a span.",
  'conflicting-span':
    'Give every span its own id: check the id generator, and whether files were merged.',
  'no-spans': 'Check which exporter wrote the file: what it had to say there is lost.',
  'empty-value': 'Check what sets the attribute: without a value it says nothing.',
  'duplicate-trace': 'Read each file once; a file that was edited may lack other traces.',
  'repeated-key': 'Set each attribute once: a span that has two values says neither for sure.',
  'unnamed-span': 'Name the spans: a hop is told by its name.',
  'conflicting-trace': 'Read each file once, and do not mix files of two readings.',
  'span-limit': 'Figures of such a trace may miss spans. Let one request make fewer spans.',
  'implausible-date': 'Check the unit of the exporter: OTLP writes nanoseconds.',
  'impossible-time':
    'Fix the program that wrote them: such a span was never ended, or its clock was set back meanwhile.',
  'several-requests':
    'Start every request as a trace with its own id, or others cannot tell the requests apart.',
  'surplus-root':
    'Look for the call that lost the trace context: each of these spans should have a parent.',
  cycle: 'Fix how parent ids are written: these spans are their own ancestors.',
};

/** What to do about a deviation that may move a figure or hide a loss. */
export const adviceOn = (kind: DeviationKind): string =>
  ADVICE[kind] ?? 'Look at the example, and fix what wrote it.';
