import { formatMs } from '../../cli/format.ts';
import {
  CLOCK_TOLERANCE_MS,
  earlyMs,
  lateMs,
  mayOutlive,
  type Served,
  servedBy,
} from '../../traces/skew.ts';
import { callerOf, type Node } from '../../traces/tree.ts';
import { describeSpan, type Rule } from '../rule.ts';

export const negativeGaps: Rule = {
  id: 'negative-gaps',
  finding:
    'A server’s span does not lie inside its client’s span, or a span ends before it starts.',
  cause: 'The clocks of the two hosts differ, or a process was stopped while its span was open.',
  cure:
    'Check time synchronisation of the nodes; on request-based billing compare without the ' +
    'requests marked as ended after a stop.',
  check: ({ traces }) =>
    traces.flatMap((trace) =>
      trace.nodes.flatMap((node) => {
        const detail = defect(node);
        return detail === undefined ? [] : [{ traceId: trace.traceId, detail }];
      }),
    ),
};

/** By the times as stored: normalising has already mended what it could. */
function defect(node: Node): string | undefined {
  const { span } = node;
  if (span.endMs < span.startMs) {
    return `${describeSpan(node)} ends ${formatMs(span.startMs - span.endMs)} before it starts`;
  }
  const caller = callerOf(node);
  if (caller?.span.kind !== 'client' || span.kind !== 'server' || node.frontEnd) return undefined;
  const called = asStored(servedBy(node), node.shiftedMs);
  const calling = asStored(servedBy(caller), caller.shiftedMs);
  const early = earlyMs(calling, called);
  if (early > CLOCK_TOLERANCE_MS) {
    return `${describeSpan(node)} starts ${formatMs(early)} before ${describeSpan(caller)}`;
  }
  const late = lateMs(calling, called);
  if (late === 0 || mayOutlive(caller, node)) return undefined;
  const what = called.workEndMs === null ? describeSpan(node) : `what ${describeSpan(node)} did`;
  return `${what} ends ${formatMs(late)} after ${describeSpan(caller)}`;
}

const asStored = ({ startMs, endMs, workEndMs }: Served, shiftedMs: number): Served => ({
  startMs: startMs - shiftedMs,
  endMs: endMs - shiftedMs,
  workEndMs: workEndMs === null ? null : workEndMs - shiftedMs,
});
