import { ATTR } from '../../../lib/telemetry/names.ts';
import { formatMs } from '../../compare/format.ts';
import { errorOf, type Node } from '../../compare/normalise.ts';
import { callerOf } from '../../compare/span-path.ts';
import { describeSpan, type Rule } from '../rule.ts';

/**
 * OpenTelemetry for Node starts a span at a whole millisecond of the wall clock, so that two
 * processes on one host are up to 1 ms apart.
 */
const EARLY_TOLERANCE_MS = 2;

/**
 * A server's span ends once its response is closed, which waits for a turn of the event loop: on a
 * busy machine long after its client has read the answer.
 */
const LATE_TOLERANCE_MS = 50;

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
  const earlyMs = caller.span.startMs - span.startMs;
  if (earlyMs > EARLY_TOLERANCE_MS) {
    return `${describeSpan(node)} starts ${formatMs(earlyMs)} before ${describeSpan(caller)}`;
  }
  const mayOutlive =
    errorOf(caller.span) !== null || span.attributes[ATTR.endedAfterStop] === 'true';
  const lateMs = span.endMs - caller.span.endMs;
  if (lateMs > LATE_TOLERANCE_MS && !mayOutlive) {
    return `${describeSpan(node)} ends ${formatMs(lateMs)} after ${describeSpan(caller)}`;
  }
  return undefined;
}
