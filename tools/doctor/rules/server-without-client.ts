import { ATTR } from '../../../lib/telemetry/names.ts';
import { callerOf, type Node } from '../../traces/tree.ts';
import { describeSpan, explaining, type Rule } from '../rule.ts';

export const serverWithoutClient: Rule = {
  id: 'server-without-client',
  finding: 'Server spans are not below a client span: the caller’s side of a hop is missing.',
  cause:
    'The caller’s HTTP or gRPC client is not instrumented: it was imported before the patching, ' +
    'or the program was started without the preload.',
  cure:
    'Start the caller with --import ./lib/telemetry/preload.ts and import @grpc/grpc-js and ' +
    'node:http only after it.',
  check: ({ traces }, explained) =>
    traces
      .filter((trace) => !explained.has(trace.traceId))
      .flatMap((trace) =>
        trace.nodes.filter(lacksClient).map((node) => {
          const caller = callerOf(node);
          const what = caller ? `hangs on ${describeSpan(caller)}` : 'has no parent at all';
          return explaining(trace, `${describeSpan(node)} ${what}`);
        }),
      ),
};

function lacksClient(node: Node): boolean {
  const { span, frontEnd, orphan } = node;
  if (frontEnd || orphan || span.kind !== 'server') return false;
  if (span.attributes[ATTR.parentExternal] === 'true') return false;
  const caller = callerOf(node);
  // loadgen's own server span begins the trace of an invocation by hand.
  if (caller === null) return node.service !== 'loadgen';
  return caller.span.kind !== 'client';
}
