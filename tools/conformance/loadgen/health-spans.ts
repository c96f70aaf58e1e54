import type { Span } from '../../traces/model.ts';
import type { Check, Finding } from '../check.ts';

export const NO_HEALTH_SPANS: Pick<Check, 'title' | 'rule'> = {
  title: 'makes no span for a health check',
  rule: {
    section: 'spans',
    says: 'Health checks and requests to the metadata server make no spans',
  },
};

/** `spans`: those that began while a program was asked for its health alone. */
export function judgeHealthSpans(spans: readonly Span[]): Finding | null {
  if (spans.length === 0) return null;
  const [first] = spans;
  const of = first?.parentSpanId === undefined ? 'a root' : 'below its caller';
  return {
    sent: 'health checks, one with trace headers and one without',
    came: `${spans.length === 1 ? '1 span' : `${spans.length} spans`}, such as ${JSON.stringify(first?.name)}, ${of}`,
    fix: 'leave health checks out of the instrumentation, by a filter of it',
  };
}
