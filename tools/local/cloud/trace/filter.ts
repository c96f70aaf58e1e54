import type { Span } from '../../../traces/model.ts';
import { GoogleError } from '../google-status.ts';

/** A trace matches all terms of a filter. */
export type TraceFilter = (spans: readonly Span[]) => boolean;

type Term = Readonly<{ exact: boolean; key: string | undefined; value: string }>;

const NAMED_LABELS: Readonly<Record<string, string>> = {
  method: '/http/method',
  url: '/http/url',
};

/**
 * Cloud Trace v1's filter language: `root:`, `span:`, `latency:`, `label:`, KEY:VALUE, a bare name
 * for a root span, "+" for exact instead of prefix, and quotes. All terms must match. https://cloud.google.com/trace/docs/trace-filters
 */
export function parseTraceFilter(filter: string): TraceFilter {
  const tests = tokenize(filter).map(toTest);
  return (spans) => tests.every((test) => test(spans));
}

function toTest({ exact, key, value }: Term): TraceFilter {
  const matches = (text: string) => (exact ? text === value : text.startsWith(value));
  switch (key) {
    case undefined:
    case 'root':
      return (spans) => rootSpans(spans).some(({ name }) => matches(name));
    case 'span':
      return (spans) => spans.some(({ name }) => matches(name));
    case 'latency': {
      const atLeastMs = parseLatency(value);
      return (spans) => traceLatencyMs(spans) >= atLeastMs;
    }
    case 'label':
      return (spans) => spans.some(({ attributes }) => Object.hasOwn(attributes, value));
    default: {
      const label = NAMED_LABELS[key] ?? key;
      return (spans) =>
        spans.some(
          ({ attributes }) => Object.hasOwn(attributes, label) && matches(attributes[label] ?? ''),
        );
    }
  }
}

/**
 * Spans without a parent. Whether a span whose parent is missing is a root for the real service too
 * is not documented.
 */
export const rootSpans = (spans: readonly Span[]): Span[] =>
  spans.filter(({ parentSpanId }) => parentSpanId === undefined);

/** From the first start to the last end. */
function traceLatencyMs(spans: readonly Span[]): number {
  const start = Math.min(...spans.map(({ startMs }) => startMs));
  return Math.max(...spans.map(({ endMs }) => endMs)) - start;
}

function parseLatency(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s)?$/.exec(value);
  if (!match) throw invalid(`latency:${value}; allowed: a number with ns, us, ms or s`);
  const factor = { ns: 1e-6, us: 1e-3, ms: 1, s: 1e3 }[match[2] ?? 'ms'] ?? 1;
  return Number(match[1]) * factor;
}

const PART = /"(?:[^"\\]|\\.)*"|[^\s:"]+/y;

function tokenize(filter: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  const part = (): string => {
    PART.lastIndex = at;
    const text = PART.exec(filter)?.[0];
    if (text === undefined) throw invalid(`it cannot be read at character ${at + 1}: ${filter}`);
    at += text.length;
    return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
  };
  for (;;) {
    while (/\s/.test(filter[at] ?? '')) at += 1;
    if (at === filter.length) return terms;
    const exact = filter[at] === '+';
    if (exact) at += 1;
    const first = part();
    if (filter[at] !== ':') {
      terms.push({ exact, key: undefined, value: first });
      continue;
    }
    at += 1;
    // A value without quotes may contain colons (a URL).
    let value = part();
    while (filter[at] === ':') {
      at += 1;
      value += `:${part()}`;
    }
    terms.push({ exact, key: first, value });
  }
}

const invalid = (problem: string) =>
  new GoogleError('INVALID_ARGUMENT', `Invalid filter: ${problem}`);
