import type { Check, Finding } from '../check.ts';
import { RUN } from './runs.ts';
import type { Request } from './stand-in-client.ts';
import { sentBy, type TracedRun } from './traced-run.ts';

export const HEADERS = 'loadgen.headers';
export const ONE_TRACE = 'loadgen.one-trace';
export const SAMPLED = 'loadgen.sampled';
const GROUP = 'Traces';
const A_RUN = 'a run, started by a POST with the trace headers of its caller';

/** The trace headers of the requests of a run. */
export const headerChecks = (run: () => Promise<TracedRun>): readonly Check[] => [
  {
    id: HEADERS,
    group: GROUP,
    title: 'sends traceparent and b3 with each request',
    rule: {
      section: 'trace headers',
      says: 'program that calls another one **must** send both headers too',
    },
    after: [RUN],
    run: async () => checkHeaders((await run()).requests),
  },
  {
    id: ONE_TRACE,
    group: GROUP,
    title: 'begins a trace with each request',
    rule: { section: 'loadgen', says: 'Each request **must** be one trace' },
    after: [RUN, HEADERS],
    run: async () => checkTraces(await run()),
  },
  {
    id: SAMPLED,
    group: GROUP,
    title: 'samples each request',
    rule: { section: 'loadgen', says: 'Each trace **must** be sampled' },
    after: [RUN, HEADERS, ONE_TRACE],
    async run() {
      const { requests } = await run();
      const isDropped = ({ headers }: Request) => /-0[02468ace]$/.test(String(headers.traceparent));
      const dropped = requests.find(isDropped);
      if (!dropped) return null;
      return {
        sent: A_RUN,
        came: `a request with traceparent: ${dropped.headers.traceparent}: its flag says not sampled`,
        fix: 'use the sampler parentbased_always_on, which samples every root',
      };
    },
  },
];

function checkHeaders(requests: readonly Request[]): Finding | null {
  for (const request of requests) {
    const { traceId, spanId } = sentBy(request);
    const { traceparent = 'absent', b3 = 'absent' } = request.headers;
    if (traceId !== '' && String(b3).startsWith(`${traceId}-${spanId}`)) continue;
    return {
      sent: A_RUN,
      came: `a request with traceparent: ${traceparent}, b3: ${b3}`,
      fix: 'instrument the HTTP client, with the propagators tracecontext and b3 (one header)',
    };
  }
  return null;
}

function checkTraces({ caller, requests }: TracedRun): Finding | null {
  const ids = requests.map((request) => sentBy(request).traceId);
  const traces = new Set(ids).size;
  if (traces === requests.length && !ids.includes(caller.traceId)) return null;
  return {
    sent: A_RUN,
    came: ids.includes(caller.traceId)
      ? `requests in the trace of the POST, ${caller.traceId}`
      : `${requests.length} requests in ${traces === 1 ? '1 trace' : `${traces} traces`}`,
    fix: 'start the span loadgen once a request and without a parent, in an empty context: the trace of the POST goes on in none of them',
  };
}
