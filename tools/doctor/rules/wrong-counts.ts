import { describeWrongCount } from '../../traces/span.ts';
import { atEach, describeSpan, type Rule } from '../rule.ts';

export const wrongCounts: Rule = {
  id: 'wrong-counts',
  ofThisSystem: true,
  finding: 'Answers contain a count that differs from the known one.',
  cause:
    'The bucket holds other works than those that KNOWN_QUERIES was counted from, or the server ' +
    'reads or matches wrongly.',
  fix:
    'Count again with npx shakesapp queries --bucket B --prefix P, and give all programs the ' +
    'same KNOWN_QUERIES. Until then the latency of these requests means nothing.',
  look: atEach(({ traceId, nodes }) =>
    nodes.flatMap((node) => {
      const { wrongCount } = node.facts;
      if (wrongCount === null) return [];
      const detail = () => `${describeSpan(node)}: ${describeWrongCount(wrongCount)}`;
      return [{ traceId, detail }];
    }),
  ),
};
