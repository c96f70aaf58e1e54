import type { NormalisedTrace } from '../../compare/normalise.ts';
import type { Node } from '../../compare/tree.ts';
import { isRequest } from '../../compare/wholeness.ts';
import { describeSpan, type Rule } from '../rule.ts';

/** Clocks of two hosts in one region differ by less; the called span must lie inside the call. */
const CLOCK_TOLERANCE_MS = 10;

export const oneTraceId: Rule = {
  id: 'one-trace-id',
  finding: 'A request changes its trace id on the way: one request, several traces.',
  cause:
    'The callee did not read the caller’s trace headers: no propagator in common ' +
    '(OTEL_PROPAGATORS), headers stripped by a proxy, or the preload missing on one side.',
  cure:
    'Give all three programs the same OTEL_PROPAGATORS and start each with --import ' +
    './lib/telemetry/preload.ts; look at the headers that arrive.',
  check({ traces }, explained) {
    const unanswered = traces.flatMap((trace) =>
      trace.nodes.filter(isUnanswered).map((node) => ({ trace, node })),
    );
    const taken = new Set<Node>();
    return traces
      .filter((trace) => !explained.has(trace.traceId))
      .flatMap((trace) => {
        const entry = entryWithoutCaller(trace);
        if (entry === undefined) return [];
        const caller = unanswered.find(
          ({ trace: other, node }) =>
            other.traceId !== trace.traceId && !taken.has(node) && mayHaveCalled(node, entry),
        );
        if (caller === undefined) return [];
        taken.add(caller.node);
        return {
          traceId: trace.traceId,
          detail:
            `${describeSpan(entry)} starts a trace of its own, although ` +
            `${describeSpan(caller.node)} of trace ${caller.trace.traceId} called it`,
          explains: [trace.traceId, caller.trace.traceId],
        };
      });
  },
};

/** A call without a server's side, to another program of the system (Storage is none). */
function isUnanswered({ span, service, frontEnd, parent, children }: Node): boolean {
  return (
    !frontEnd &&
    span.kind === 'client' &&
    children.length === 0 &&
    (service === 'loadgen' ? parent !== null : service === 'client')
  );
}

/** The top of a trace that begins in the middle of the system. */
function entryWithoutCaller(trace: NormalisedTrace): Node | undefined {
  const top = trace.root ?? trace.detached[0];
  const inside = top?.service === 'client' || top?.service === 'server';
  return top?.span.kind === 'server' && inside && isRequest(trace) ? top : undefined;
}

function mayHaveCalled(caller: Node, called: Node): boolean {
  const expected = caller.service === 'loadgen' ? 'client' : 'server';
  return (
    called.service === expected &&
    called.span.startMs >= caller.span.startMs - CLOCK_TOLERANCE_MS &&
    called.span.endMs <= caller.span.endMs + CLOCK_TOLERANCE_MS
  );
}
