import { isRequest } from '../../traces/completeness.ts';
import type { Span } from '../../traces/model.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { WAIT_TOLERANCE_MS } from '../../traces/skew.ts';
import { calledBy, type Node } from '../../traces/tree.ts';
import { describeSpan, type Rule } from '../rule.ts';

/** Clocks of two hosts in one region differ by less; the called span must begin inside the call. */
const REGION_TOLERANCE_MS = 10;

export const oneTraceId: Rule = {
  id: 'one-trace-id',
  finding: 'A request changes its trace id on the way, so that it is spread over several traces.',
  cause:
    'The callee did not read the caller’s trace headers: no propagator in common ' +
    '(OTEL_PROPAGATORS), headers stripped by a proxy, or the preload missing on one side.',
  fix:
    'Give all three programs the same OTEL_PROPAGATORS and start each with --import ' +
    './lib/telemetry/preload.ts. Then look at the headers that arrive.',
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
        const [caller] = unanswered
          .filter(({ trace: other, node }) => other.traceId !== trace.traceId && !taken.has(node))
          .filter(({ node }) => mayHaveCalled(node, entry))
          .sort((one, other) => lead(one.node, entry) - lead(other.node, entry));
        if (caller === undefined) return [];
        taken.add(caller.node);
        return {
          traceId: trace.traceId,
          detail:
            `${describeSpan(entry)} starts another trace, although ` +
            `${describeSpan(caller.node)} of trace ${caller.trace.traceId} called it`,
          explains: [trace.traceId, caller.trace.traceId],
        };
      });
  },
};

/** A call without a server's side, to another program of the system (Storage is none). */
function isUnanswered(node: Node): boolean {
  const { span, service, frontEnd, parent } = node;
  return (
    !frontEnd &&
    span.kind === 'client' &&
    calledBy(node).length === 0 &&
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
    isOnePlatform(caller.span, called.span) &&
    called.span.startMs >= caller.span.startMs - REGION_TOLERANCE_MS &&
    called.span.endMs <= caller.span.endMs + WAIT_TOLERANCE_MS
  );
}

/** Both platforms run the same requests at the same time, and never call each other. */
function isOnePlatform(...spans: readonly [Span, Span]): boolean {
  const [one, other] = spans.map(({ attributes }) => attributes['cloud.platform']);
  return one === undefined || other === undefined || one === other;
}

/** How long before the called span a call began: of several that are open the nearest is meant. */
const lead = (caller: Node, called: Node) => Math.abs(called.span.startMs - caller.span.startMs);
