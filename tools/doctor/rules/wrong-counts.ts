import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import type { Span } from '../../compare/model.ts';
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
      trace.nodes
        .filter(({ span }) => isWrong(span))
        .map((node) => {
          const { attributes } = node.span;
          const query = JSON.stringify(attributes[ATTR.query] ?? '?');
          const counts = `${attributes[ATTR.matchCount] ?? '?'}, expected ${attributes[ATTR.expectedCount] ?? '?'}`;
          return {
            traceId: trace.traceId,
            detail: `${describeSpan(node)}: the count of ${query} is ${counts}`,
          };
        }),
    ),
};

function isWrong({ attributes }: Span): boolean {
  const { [ATTR.matchCount]: count, [ATTR.expectedCount]: expected } = attributes;
  if (attributes[ATTR.errorType] === UNEXPECTED_RESULT) return true;
  return count !== undefined && expected !== undefined && count !== expected;
}
