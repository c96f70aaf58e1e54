import type { NormalisedTrace } from '../../traces/normalise.ts';
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
  general: {
    cause:
      'The client library of the caller is not instrumented, or is loaded before the instrumentation. ' +
      'Below a proxy that makes server spans only, nothing is wrong.',
    fix: 'Install the instrumentation of the client library that the caller uses, and load it first.',
  },
  ofSymptoms: true,
  look: atEach((request) => {
    const shouldBeCalled = request.profile === 'general' ? isCalled : ownCallTest(request);
    return request.nodes
      .filter((node) => lacksClient(node) && shouldBeCalled(node))
      .map((node) => explaining(request, () => describeCall(node)));
  }),
};

/** A caller in another language may have spans of another kind. */
function ownCallTest(request: NormalisedTrace): (node: Node) => boolean {
  const isOwn = ownTest(request);
  return (node) => isOwn(callerOf(node) ?? node);
}

/** Another system may begin with a server, and a program may have several server spans in a row. */
const isCalled = (node: Node): boolean => {
  const caller = callerOf(node);
  return caller !== null && caller.service !== node.service;
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
