import { ownTest } from '../../traces/own-programs.ts';
import { callerOf, type Node } from '../../traces/tree.ts';
import { atEach, describeSpan, explaining, type Rule } from '../rule.ts';

export const serverWithoutClient: Rule = {
  id: 'server-without-client',
  finding: 'Server spans have no client span above them: the caller’s side of a hop is missing.',
  cause:
    'The caller’s HTTP or gRPC client is not instrumented: the program imports it before the ' +
    'instrumentation patches it, or starts without the preload.',
  fix:
    'Start the caller with --import ./lib/telemetry/preload.ts and import @grpc/grpc-js and ' +
    'node:http only after it.',
  ofSymptoms: true,
  look: atEach((request) => {
    const isOwn = ownTest(request);
    // A caller in another language may have spans of another kind.
    const shouldBeCalled = (node: Node) => isOwn(callerOf(node) ?? node);
    return request.nodes
      .filter((node) => lacksClient(node) && shouldBeCalled(node))
      .map((node) => explaining(request, () => describeCall(node)));
  }),
};

function describeCall(node: Node): string {
  const caller = callerOf(node);
  const what = caller ? `is a child of ${describeSpan(caller)}` : 'has no parent';
  return `${describeSpan(node)} ${what}`;
}

function lacksClient(node: Node): boolean {
  const { span, facts, frontEnd, orphan } = node;
  if (frontEnd || orphan || span.kind !== 'server') return false;
  if (facts.parentExternal) return false;
  const caller = callerOf(node);
  // loadgen's own server span begins the trace of an invocation by hand.
  if (caller === null) return node.service !== 'loadgen';
  return caller.span.kind !== 'client';
}
