import { isRequest } from '../../traces/completeness.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { WAIT_TOLERANCE_MS } from '../../traces/skew.ts';
import { calledBy, type Node } from '../../traces/tree.ts';
import { type CallSpan, createOpenCalls } from '../open-calls.ts';
import { describeSpan, type Look, type Rule } from '../rule.ts';
import { MOST_PLACES } from '../sightings.ts';

/** Clocks of two hosts in one region differ by less; the called span must begin inside the call. */
const REGION_TOLERANCE_MS = 10;

export const oneTraceId: Rule = {
  id: 'one-trace-id',
  ofThisSystem: true,
  finding: 'A request changes its trace id on the way, so that it is spread over several traces.',
  cause:
    'The callee did not read the caller’s trace headers: no propagator in common ' +
    '(OTEL_PROPAGATORS), headers stripped by a proxy, or the preload missing on one side.',
  fix:
    'Give all three programs the same OTEL_PROPAGATORS and start each with --import ' +
    './lib/telemetry/preload.ts. Then look at the headers that arrive.',
  look,
};

/** Keeps of each trace that is torn the span at which it is: some 300 bytes. */
function look(): Look {
  const unanswered: Readonly<Record<Callee, CallSpan[]>> = { client: [], server: [] };
  const entries: CallSpan[] = [];
  const explained = new Set<number>();
  let torn = 0;
  let doubt = -1;

  return {
    see(trace, isExplained) {
      const callOf = (node: Node) => ({
        ...{ trace: torn, traceId: trace[0]?.traceId ?? '', span: describeSpan(node) },
        ...{ service: node.service, platform: node.span.attributes['cloud.platform'] },
        ...{ startMs: node.span.startMs, endMs: node.span.endMs },
      });
      let isTorn = false;
      for (const request of trace) {
        for (const node of request.nodes) {
          if (!isUnanswered(node)) continue;
          unanswered[node.service === 'loadgen' ? 'client' : 'server'].push(callOf(node));
          isTorn = true;
        }
        const entry = isExplained ? undefined : entryWithoutCaller(request);
        if (entry !== undefined) entries.push(callOf(entry));
        isTorn ||= entry !== undefined;
      }
      doubt = isTorn ? torn : -1;
      if (isTorn) torn += 1;
      return [];
    },
    doubt: () => doubt,
    finish() {
      const tolerance = { beforeMs: REGION_TOLERANCE_MS, afterMs: WAIT_TOLERANCE_MS };
      const calls = {
        client: createOpenCalls(unanswered.client, tolerance),
        server: createOpenCalls(unanswered.server, tolerance),
      };
      const places = [];
      let count = 0;
      for (const entry of entries) {
        const caller = calls[entry.service as Callee].take(entry);
        if (caller === undefined) continue;
        explained.add(entry.trace).add(caller.trace);
        count += 1;
        if (places.length >= MOST_PLACES) continue;
        const { traceId, span } = entry;
        const called = `${caller.span} of trace ${caller.traceId} called it`;
        places.push({ traceId, detail: `${span} starts another trace, although ${called}` });
      }
      return count === 0 ? [] : [{ count, traces: count, places }];
    },
    explains: (number) => explained.has(number),
  };
}

type Callee = 'client' | 'server';

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
