import { NAMES } from './format-names.ts';
import type { Members } from './members.ts';
import { otlpFormat } from './otlp-format.ts';
import type { Report, TraceFormat } from './trace-format.ts';
import { show, UnreadableError, within } from './unreadable.ts';

/**
 * What Grafana Tempo's API answers for a trace: OTLP under other names, with the base64 that
 * protobuf's own mapping to JSON has for ids. /api/traces/ID: `{"batches":[…]}`; /api/v2/traces/ID:
 * `{"trace":{"resourceSpans":[…]},"status":"PARTIAL"}`.
 * https://grafana.com/docs/tempo/latest/api_docs/#query
 */
export const tempoFormat: TraceFormat = {
  name: NAMES.tempo,
  recognise: (document) => listIn(document as Members) !== null,
  read(document, report) {
    const { trace, status, message = '' } = document as Members;
    if (status === 'PARTIAL' || status === 1) {
      report('partial-answer', { value: `status PARTIAL ${show(message)}` });
    }
    const list = listIn(document as Members);
    const readSpans = () => readList(list?.spans, list?.name ?? '', withoutBase64(report));
    return trace === undefined ? readSpans() : within('trace', readSpans);
  },
  // Tempo writes a resource before its spans.
  cut: { lists: new Set(['spans', 'batches', 'resourceSpans']), trim: (document) => document },
};

type List = Readonly<{ name: string; spans: unknown }>;

function listIn({ trace, batches }: Members): List | null {
  if (Array.isArray(batches)) return { name: 'batches', spans: batches };
  if (typeof trace !== 'object' || trace === null) return null;
  const inner = trace as Members;
  const name = ['resourceSpans', 'resource_spans', 'batches'].find((one) => one in inner);
  return name === undefined ? null : { name, spans: inner[name] };
}

/** An error names the list as the file does. */
function readList(resourceSpans: unknown, name: string, report: Report) {
  try {
    return otlpFormat.read({ resourceSpans }, report);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const field = error.field.replace(/^resourceSpans/, name);
    throw new UnreadableError(field, error.problem, { cause: error });
  }
}

/** Here base64 is the rule. */
const withoutBase64 =
  (report: Report): Report =>
  (kind, seen) => {
    if (kind !== 'base64-id') report(kind, seen);
  };
