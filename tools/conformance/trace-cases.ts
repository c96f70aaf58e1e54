import {
  b3,
  behindFrontEnd,
  cloudTrace,
  grpcTraceBin,
  headersOf,
  type Ids,
  traceparent,
} from './trace-headers.ts';

/** One way in which a call carries its trace. */
export type TraceCase = Readonly<{
  id: string;
  title: string;
  /** The headers, in words. */
  sent: string;
  headers(ids: Ids): Readonly<Record<string, string | Buffer>>;
  says: string;
  fix: string;
  /**
   * `recorded`: its spans hang on the caller's. `accepted`: the same, if the program reads the header
   * at all. `nothing`: no span. `answered`: only the answer counts.
   */
  expects: 'recorded' | 'accepted' | 'nothing' | 'answered';
  after?: readonly string[];
  onlyGrpc?: boolean;
}>;

const LAST_DECIDES = 'Your program needs two propagators, and **must** list `b3` last.';
const FIRST_RULE =
  '`X-Cloud-Trace-Context` decides the trace; `traceparent` if it is missing, `b3` if both are.';
const SECOND_RULE = 'If `b3` has the same trace id, its span is the parent and its flag wins.';
const COMPOSITE = 'set the propagators tracecontext and b3, in this order';

/** The first and the last are the same: once the spans of the last are stored, so are all others. */
export const TOGETHER = 'traces.together';
const FRONT_END = 'traces.front-end';

const TRACE_CASES: readonly [TraceCase, ...TraceCase[]] = [
  {
    id: TOGETHER,
    title: 'continues the trace of its caller',
    sent: 'X-Cloud-Trace-Context, traceparent and b3 of one span',
    headers: headersOf,
    says: 'A request carries its trace in three headers, in HTTP and as gRPC metadata',
    fix: `${COMPOSITE}, and instrument what serves the calls`,
    expects: 'recorded',
  },
  {
    id: 'traces.traceparent',
    title: 'continues the trace by traceparent alone',
    sent: 'traceparent alone',
    headers: traceparent,
    says: FIRST_RULE,
    fix: COMPOSITE,
    expects: 'recorded',
  },
  {
    id: FRONT_END,
    title: 'keeps its parent behind a front end that rewrites headers',
    sent: 'the headers as Cloud Run rewrites them: its own span in two, the true parent in b3',
    headers: (ids) => behindFrontEnd(ids, true),
    says: LAST_DECIDES,
    fix: COMPOSITE,
    expects: 'recorded',
  },
  {
    id: 'traces.cleared-flag',
    title: 'records what the front end marks as not sampled, if b3 says sampled',
    sent: 'the headers as Cloud Run rewrites them without a flag, and b3 with the flag 1',
    headers: (ids) => behindFrontEnd(ids, undefined),
    says: SECOND_RULE,
    fix: `${COMPOSITE}, and sample by the parent`,
    expects: 'recorded',
    after: [FRONT_END],
  },
  {
    id: 'traces.b3',
    title: 'continues the trace by b3 alone',
    sent: 'b3 alone',
    headers: b3,
    says: FIRST_RULE,
    fix: `${COMPOSITE}; b3 is one header, TRACE_ID-SPAN_ID-1`,
    expects: 'recorded',
    after: [FRONT_END],
  },
  {
    id: 'traces.x-cloud-trace-context',
    title: 'continues the trace by X-Cloud-Trace-Context alone',
    sent: 'X-Cloud-Trace-Context alone',
    headers: cloudTrace,
    says: '`TRACE_ID/SPAN_ID;o=1`, the span id in decimal',
    fix: 'read the span id of X-Cloud-Trace-Context as a decimal number of 64 bits',
    expects: 'accepted',
  },
  {
    id: 'traces.grpc-trace-bin',
    title: 'continues the trace by grpc-trace-bin alone',
    sent: 'grpc-trace-bin alone',
    headers: grpcTraceBin,
    says: FIRST_RULE,
    fix: 'read the span id of grpc-trace-bin from its field 1, or leave the header alone',
    expects: 'accepted',
    onlyGrpc: true,
  },
  {
    id: 'traces.unsampled',
    title: 'records nothing of what its caller does not sample',
    sent: 'the three headers with the flag 0',
    headers: (ids) => headersOf(ids, false),
    says: "The sampler **must** follow the parent's flag",
    fix: 'use the sampler parentbased_always_on',
    expects: 'nothing',
  },
  {
    id: 'traces.not-valid',
    title: 'answers a call with headers that are not valid',
    sent: 'trace headers that are not valid',
    headers: () => ({
      'x-cloud-trace-context': 'none/of;these',
      traceparent: '00-00000000000000000000000000000000-0000000000000000-01',
      b3: 'nor-this-one',
    }),
    says: 'A header that is not valid, or that is repeated with different values, counts as missing.',
    fix: 'ignore a trace header that you cannot read',
    expects: 'answered',
  },
];

/** Those that the program can get; TOGETHER is the first. */
export function casesFor(program: 'server' | 'client'): readonly [TraceCase, ...TraceCase[]] {
  const [together, ...others] = TRACE_CASES;
  return [together, ...others.filter(({ onlyGrpc }) => !onlyGrpc || program === 'server')];
}
