import type { Span } from '../model.ts';
import { NAMES } from './format-names.ts';
import type { Members } from './members.ts';
import type { Report, TraceFormat } from './trace-format.ts';
import { within } from './unreadable.ts';
import { parseV1Spans, v1TracesIn } from './v1-trace.ts';

/**
 * What Cloud Trace's v1 API answers: ListTraces with view=COMPLETE, GetTrace, or a list of traces.
 * https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces/list
 */
export const v1Format: TraceFormat = {
  name: NAMES.cloudTrace,
  recognise: (document) =>
    isList(document) || ([document].flat().length > 0 && [document].flat().every(isTrace)),
  read(document, report) {
    if (!isList(document)) {
      return [document].flat().flatMap((one: unknown) => spansOf(one, report));
    }
    const { traces, nextPageToken } = v1TracesIn(document, toDeviation(report));
    if (nextPageToken !== undefined) {
      report('partial-answer', { value: 'nextPageToken is given' });
    }
    return traces.flatMap((one, index) => within(`traces[${index}]`, () => spansOf(one, report)));
  },
  cut: { lists: new Set(['traces', 'spans']), trim: (document) => document },
};

const isTrace = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'traceId' in value &&
  ('projectId' in value || ('spans' in value && Array.isArray(value.spans)));

function isList(document: object): boolean {
  const { traces } = document as Members;
  return Array.isArray(traces) && traces.length > 0 && traces.every(isTrace);
}

/** The project, which the API says of a trace, as the attribute that other formats have for it. */
function spansOf(raw: unknown, report: Report): readonly Span[] {
  const { traceId, projectId, spans } = parseV1Spans(raw, toDeviation(report));
  if (spans.length === 0) report('no-spans', { value: `spans of trace ${traceId} are missing` });
  if (projectId === '') return spans;
  return spans.map((span) => ({
    ...span,
    attributes: { 'gcp.project_id': projectId, ...span.attributes },
  }));
}

const toDeviation =
  (report: Report): Parameters<typeof parseV1Spans>[1] =>
  ({ kind, count, example: { value, traceId, spanId } }) =>
    report(kind, {
      value: value ?? '',
      count,
      ...(traceId !== null && { traceId }),
      ...(spanId !== null && { spanId }),
    });
