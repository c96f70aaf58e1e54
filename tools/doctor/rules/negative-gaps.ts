import { formatMs } from '../../cli/format.ts';
import { storedSkewOf } from '../../traces/clocks.ts';
import { CLOCK_TOLERANCE_MS } from '../../traces/skew.ts';
import type { Node } from '../../traces/tree.ts';
import { atEach, describeSpan, type Rule } from '../rule.ts';

export const negativeGaps: Rule = {
  id: 'negative-gaps',
  finding: 'The span of a server does not lie inside the span of its client.',
  cause: 'The clocks of the two hosts differ, or a process was stopped while its span was open.',
  fix:
    'Check the time synchronisation of the nodes. With request-based billing compare without the ' +
    'requests that are marked as ended after a stop.',
  general: { fix: 'Check the time synchronisation of the hosts.' },
  look: atEach(({ traceId, nodes }) =>
    // By the times as stored: normalising has already corrected what it could.
    nodes
      .filter((node) => storedSkewOf(node) !== null)
      .map((node) => ({ traceId, detail: () => describeSkew(node) })),
  ),
};

function describeSkew(node: Node): string {
  const skew = storedSkewOf(node);
  if (skew === null) return '';
  const caller = describeSpan(skew.caller);
  if (skew.earlyMs > CLOCK_TOLERANCE_MS) {
    return `${describeSpan(node)} starts ${formatMs(skew.earlyMs)} before ${caller}`;
  }
  const what = skew.ofWork ? `what ${describeSpan(node)} did` : describeSpan(node);
  return `${what} ends ${formatMs(skew.lateMs)} after ${caller}`;
}
