import type { Span } from '../../traces/model.ts';
import type { Check, Finding } from '../check.ts';
import { TOGETHER } from '../trace-cases.ts';
import type { TraceRun } from '../trace-run.ts';
import { PLAIN } from './answers.ts';

const GROUP = 'Traces';
const HEADERS = 'outgoing.headers';
const PARENT = 'outgoing.parent';

/** The trace headers of the call that a client makes in turn. */
export const outgoingChecks = (run: () => Promise<TraceRun>): readonly Check[] => [
  {
    id: HEADERS,
    group: GROUP,
    title: 'sends traceparent and b3 with its call',
    rule: {
      section: 'trace headers',
      says: 'program that calls another one **must** send both headers too',
    },
    after: [PLAIN, 'traces.stored', TOGETHER],
    run: async () => checkHeaders((await run()).sent(TOGETHER).passedOn ?? {}),
  },
  {
    id: PARENT,
    group: GROUP,
    title: 'makes a span of kind client for its call, and names it in the headers',
    rule: { section: 'spans', says: 'one of kind client, for the gRPC call' },
    after: [PLAIN, 'traces.stored', TOGETHER, HEADERS, 'spans.kind'],
    async run() {
      const traces = await run();
      const { passedOn = {}, ids } = traces.sent(TOGETHER);
      return checkParent(passedOn, traces.spansOf(TOGETHER), ids.traceId);
    },
  },
  {
    id: 'outgoing.unsampled',
    group: GROUP,
    title: 'passes on that its caller does not sample',
    rule: { section: 'trace headers', says: 'An explicit `0` is honoured.' },
    after: [PLAIN, 'traces.stored', TOGETHER, HEADERS, PARENT, 'traces.unsampled'],
    async run() {
      const { passedOn = {} } = (await run()).sent('traces.unsampled');
      const { traceparent = '', b3 = '' } = passedOn;
      if (!/-01$/.test(traceparent) && !/-[1d](-|$)/.test(b3)) return null;
      return {
        sent: 'the three headers with the flag 0',
        came: `the call of the server carries traceparent: ${traceparent}, b3: ${b3}`,
        fix: 'sample by the parent, and let the SDK write the headers',
      };
    },
  },
];

function checkHeaders(headers: Readonly<Record<string, string>>): Finding | null {
  const { traceparent, b3 } = headers;
  if (/^00-[0-9a-f]{32}-[0-9a-f]{16}-/.test(traceparent ?? '') && b3?.includes('-')) return null;
  return {
    sent: 'a query with the headers of its caller',
    came: `the call of the server carries traceparent: ${traceparent ?? 'absent'}, b3: ${b3 ?? 'absent'}`,
    fix: 'instrument the gRPC client, with the propagators tracecontext and b3 (one header)',
  };
}

function checkParent(
  headers: Readonly<Record<string, string>>,
  spans: readonly Span[],
  traceId: string,
): Finding | null {
  const [, ofTraceparent, spanId = ''] = (headers.traceparent ?? '').split('-');
  const [ofB3, spanOfB3] = (headers.b3 ?? '').split('-');
  const finding = (came: string): Finding => ({
    sent: 'a query with the headers of its caller',
    came,
    fix: 'instrument the gRPC client, and call within the context of the span of kind server',
  });
  if (ofTraceparent !== traceId || ofB3 !== traceId || spanOfB3 !== spanId) {
    return finding(
      `the headers of its call name other traces or spans: ${headers.traceparent}, ${headers.b3}`,
    );
  }
  const called = spans.find((span) => span.spanId === spanId);
  if (called === undefined)
    return finding(`the headers name the span ${spanId}, which is not stored`);
  if (called.kind !== 'client') return finding(`the headers name a span of kind ${called.kind}`);
  const above = ancestorsOf(called, spans);
  if (above.some(({ kind }) => kind === 'server')) return null;
  return finding('the span of the call is not below the span of kind server');
}

function ancestorsOf(span: Span, spans: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  let next = spans.find(({ spanId }) => spanId === span.parentSpanId);
  while (next !== undefined && !found.includes(next)) {
    found.push(next);
    const { parentSpanId } = next;
    next = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return found;
}
