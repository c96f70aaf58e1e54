import { describeWrongCount, wrongCountOf } from '../../traces/span.ts';
import { describeSpan, type Rule } from '../rule.ts';

export const wrongCounts: Rule = {
  id: 'wrong-counts',
  finding: 'Answers contain a count that differs from the known one.',
  cause:
    'The bucket holds other works than those that KNOWN_QUERIES was counted from, or the server ' +
    'reads or matches wrongly.',
  fix:
    'Count again with npx shakesapp queries --bucket B --prefix P, and give all programs the ' +
    'same KNOWN_QUERIES. Until then the latency of these requests means nothing.',
  check: ({ traces }) =>
    traces.flatMap((trace) =>
      trace.nodes.flatMap((node) => {
        const wrong = wrongCountOf(node.span);
        if (wrong === null) return [];
        const detail = `${describeSpan(node)}: ${describeWrongCount(wrong)}`;
        return [{ traceId: trace.traceId, detail }];
      }),
    ),
};
