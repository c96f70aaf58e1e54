import { NAMES } from './format-names.ts';
import type { Members } from './members.ts';
import { decodeResources, decodeSpan, isOtlp } from './otlp/decode.ts';
import { plainSpan } from './otlp/plain-span.ts';
import type { TraceFormat } from './trace-format.ts';
import { within } from './unreadable.ts';

/**
 * OTLP's JSON, as the collector's file exporter and SDKs write it: one ExportTraceServiceRequest a
 * document, or a list of them.
 */
export const otlpFormat: TraceFormat = {
  name: NAMES.otlp,
  recognise: (document) =>
    Array.isArray(document)
      ? document.length > 0 && document.every((one) => isObject(one) && isOtlp(one))
      : isOtlp(document as Members),
  read: (document, report) =>
    [document]
      .flat()
      .flatMap((request: unknown) =>
        decodeResources(request, report).flatMap(({ labels, lists }) =>
          lists.flatMap(({ field, spans }) =>
            spans.map(
              (raw, index) =>
                plainSpan(raw, labels) ??
                within(`${field}[${index}]`, () => decodeSpan(raw, labels, report)),
            ),
          ),
        ),
      ),
  cut: {
    lists: new Set(['spans', 'resourceSpans', 'resource_spans']),
    trim(document) {
      const requests = [document].flat() as Members[];
      const { resourceSpans, resource_spans: list = resourceSpans } = requests.at(-1) ?? {};
      if (!Array.isArray(list) || isObject(list.at(-1)?.resource)) return document;
      // Whoever writes the resource first, or none at all, would have written it by now.
      if (list.length > 1 && !list.slice(0, -1).some(isResourceLast)) return document;
      // Spans whose resource was still to come would be of no service.
      return [...requests.slice(0, -1), { resourceSpans: list.slice(0, -1) }];
    },
  },
};

function isResourceLast(one: unknown): boolean {
  const names = Object.keys(one ?? {});
  return names.indexOf('resource') > names.findIndex((name) => /[sS]pans$/.test(name));
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
