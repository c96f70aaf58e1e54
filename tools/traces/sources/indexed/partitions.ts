import type { SpanIndex } from './span-index.ts';

/** Of the file; in memory spans take some four times as much. */
const PARTITION_BYTES = 4 * 1_024 * 1_024;

/**
 * Divides the traces, in their order, so that the spans of each part fit into memory. A part is the
 * numbers of its spans.
 */
export function partitionsOf({ ids, traceOf, length }: SpanIndex): readonly Uint32Array[] {
  const bytes = new Float64Array(ids.size());
  for (const [span, trace] of traceOf.entries())
    bytes[trace] = (bytes[trace] ?? 0) + (length[span] ?? 0);
  const sizes: number[] = [];
  const partOf = new Uint32Array(ids.size());
  let filled = Number.POSITIVE_INFINITY;
  for (const [trace, ofTrace] of bytes.entries()) {
    if (filled + ofTrace > PARTITION_BYTES) {
      sizes.push(0);
      filled = 0;
    }
    filled += ofTrace;
    partOf[trace] = sizes.length - 1;
  }
  const partOfSpan = (span: number) => partOf[traceOf[span] as number] as number;
  for (let span = 0; span < traceOf.length; span += 1) {
    const part = partOfSpan(span);
    sizes[part] = (sizes[part] ?? 0) + 1;
  }
  const parts = sizes.map((size) => ({ spans: new Uint32Array(size), filled: 0 }));
  for (let span = 0; span < traceOf.length; span += 1) {
    const part = parts[partOfSpan(span)];
    if (part !== undefined) part.spans[part.filled++] = span;
  }
  return parts.map(({ spans }) => spans);
}
