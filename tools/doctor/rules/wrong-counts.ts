import { describeWrongCount, wrongCountOf } from '../../traces/span.ts';
import { describeSpan, type Rule } from '../rule.ts';

export const wrongCounts: Rule = {
  id: 'wrong-counts',
  finding: 'Answers held another count than the known one.',
  cause:
    'The works in the bucket are not those that KNOWN_QUERIES was counted from, or the server ' +
    'reads or matches wrongly.',
  cure:
    'Count again with npm run queries -- --bucket B --prefix P and give all programs the same ' +
    'KNOWN_QUERIES; until then no latency of these requests means anything.',
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
