import { ATTR } from '../../lib/telemetry/names.ts';
import { decodeResources, decodeSpan } from '../traces/sources/otlp/decode.ts';

type KeyValue = Readonly<{ key?: unknown; value?: Readonly<{ stringValue?: unknown }> }>;

/**
 * The ids of the spans in a request of OTLP whose expected count is a text. The store does not say:
 * it has every value as text, as Cloud Trace's API has.
 */
export const textCountsIn = (request: unknown): readonly string[] =>
  decodeResources(request, () => {})
    .flatMap(({ lists }) => lists.flatMap(({ spans }) => spans))
    .filter(hasTextCount)
    .flatMap(idOf);

function hasTextCount(span: unknown): boolean {
  const { attributes } = (span ?? {}) as { attributes?: unknown };
  if (!Array.isArray(attributes)) return false;
  const count = (attributes as readonly (KeyValue | null)[]).find(
    (attribute) => attribute?.key === ATTR.expectedCount,
  );
  return count?.value?.stringValue !== undefined;
}

/** None where the span cannot be read: the store rejects it, and keeps the others of the request. */
function idOf(span: unknown): readonly string[] {
  try {
    return [decodeSpan(span, {}, () => {}).spanId];
  } catch {
    return [];
  }
}
