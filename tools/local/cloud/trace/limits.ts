import { GoogleError } from '../google-status.ts';

/**
 * Cloud Trace's limits on one span, https://cloud.google.com/trace/docs/quotas#limits_on_spans.
 * The real service may shorten or drop what is too long. Here it is refused, so that people notice.
 */
export const SPAN_LIMITS = {
  displayNameBytes: 1_024,
  attributes: 1_024,
  attributeKeyBytes: 512,
  attributeValueBytes: 65_532,
  events: 256,
  eventNameBytes: 1_024,
  links: 128,
} as const;

export function invalid(field: string, problem: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', `Invalid value at '${field}': ${problem}`);
}

export function checkBytes(field: string, text: string, max: number): void {
  const size = Buffer.byteLength(text);
  if (size > max) throw invalid(field, `${size} bytes; at most ${max} are allowed`);
}

export function checkCount(field: string, count: number, max: number): void {
  if (count > max) throw invalid(field, `${count} entries; at most ${max} are allowed`);
}

export function checkAttributes(
  field: string,
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(attributes);
  checkCount(field, entries.length, SPAN_LIMITS.attributes);
  for (const [key, value] of entries) {
    if (key === '') throw invalid(field, 'an attribute has an empty key');
    checkBytes(`${field} key`, key, SPAN_LIMITS.attributeKeyBytes);
    checkBytes(`${field}[${JSON.stringify(key)}]`, value, SPAN_LIMITS.attributeValueBytes);
  }
  return attributes;
}
