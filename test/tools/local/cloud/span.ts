import type { Span } from '../../../../tools/traces/model.ts';

const START_MS = Date.parse('2026-03-02T12:00:00Z');

/** A span with what the test names; ids are padded from the left with zeros. */
export function createSpan(
  own: Partial<Omit<Span, 'traceId' | 'spanId' | 'parentSpanId'>> & {
    trace: string;
    id: string;
    parent?: string;
  },
): Span {
  const { trace, id, parent, ...rest } = own;
  return {
    traceId: trace.padStart(32, '0'),
    spanId: id.padStart(16, '0'),
    ...(parent !== undefined && { parentSpanId: parent.padStart(16, '0') }),
    name: 'span',
    kind: 'internal',
    startMs: START_MS,
    endMs: START_MS + 10,
    attributes: {},
    events: [],
    links: [],
    status: { error: false },
    ...rest,
  };
}
