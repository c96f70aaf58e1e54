import { ATTR } from '../../../lib/telemetry/names.ts';
import { describeSpan, explaining, type Rule } from '../rule.ts';

export const unexplainedOrphans: Rule = {
  id: 'unexplained-orphans',
  finding: 'Spans hang on a parent that is not in the trace, and nothing says that it is external.',
  cause:
    'The parent was never stored (process killed, export failed, queue full), or it is the front ' +
    'end’s own span: it replaced the parent and b3 did not restore it.',
  cure:
    'Look for spans lost in the last line of the parent’s program (“telemetry stopped”); on Cloud ' +
    'Run keep b3 in OTEL_PROPAGATORS of every program.',
  check: ({ traces }, explained) =>
    traces
      .filter((trace) => !explained.has(trace.traceId))
      .flatMap((trace) =>
        trace.nodes
          .filter((node) => node.orphan)
          .map((node) => {
            const source = node.span.attributes[ATTR.parentSource];
            const from = source === undefined ? '' : `, which the ${source} header named,`;
            const parent = `parent ${node.span.parentSpanId}${from}`;
            return explaining(trace, `${describeSpan(node)}: its ${parent} is missing`);
          }),
      ),
};
