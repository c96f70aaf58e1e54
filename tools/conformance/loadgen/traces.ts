import type { Span } from '../../traces/model.ts';
import type { Check, Finding } from '../check.ts';
import { findNothingStored, type Stored } from '../stored-spans.ts';
import { KNOWN_QUERIES } from '../texts.ts';
import { judgeHealthSpans, NO_HEALTH_SPANS } from './health-spans.ts';
import type { LoadgenUnderTest } from './run-calls.ts';
import { QUERIES, RUN } from './runs.ts';
import { HEADERS, headerChecks, ONE_TRACE, SAMPLED } from './sent-headers.ts';
import { type Sent, sendTraced, sentBy, type TracedRun } from './traced-run.ts';

const GROUP = 'Traces';
export const STORED = 'loadgen.stored';
const ROOT = 'loadgen.root';

/** Of each request of one run: its headers, and the spans of its trace. */
export function loadgenTraceChecks(
  tested: LoadgenUnderTest,
  stored: Stored,
  signal: AbortSignal,
): readonly Check[] {
  let started: Promise<TracedRun> | undefined;
  const run = () => {
    started ??= sendTraced(tested, stored, signal);
    return started;
  };
  const ofEach =
    (judge: (sent: Sent, spans: readonly Span[]) => Omit<Finding, 'sent'> | null) =>
    async (): Promise<Finding | null> => {
      for (const request of (await run()).requests) {
        const sent = sentBy(request);
        const found = judge(sent, stored.spansIn(sent.traceId));
        if (found)
          return { sent: `a run; one request was for ${JSON.stringify(sent.query)}`, ...found };
      }
      return null;
    };
  return [
    ...headerChecks(run),
    {
      id: STORED,
      group: GROUP,
      title: 'stores its spans where the environment says',
      rule: { section: 'environment', says: 'where spans go: OTLP over HTTP, `http/protobuf`' },
      after: [RUN, HEADERS],
      async run() {
        if ((await run()).isAnyStored) return null;
        return findNothingStored('a run, and waited for spans', stored);
      },
    },
    {
      id: ROOT,
      group: GROUP,
      title: 'makes the root span loadgen',
      rule: { section: 'spans', says: '`loadgen`, the root, with the attributes' },
      after: [RUN, HEADERS, STORED, ONE_TRACE, SAMPLED],
      run: ofEach((_, spans) => {
        const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
        if (root?.name === 'loadgen') return null;
        const came = root
          ? `the root is ${JSON.stringify(root.name)}`
          : 'its trace has no root span';
        return { came, fix: 'make the span "loadgen" around each request, without a parent' };
      }),
    },
    {
      id: 'loadgen.attributes',
      group: GROUP,
      title: 'says the query and the expected count on the root',
      rule: {
        section: 'spans',
        says: '`shakesapp.query` and `shakesapp.expected_count` (a number)',
      },
      after: [RUN, QUERIES, HEADERS, STORED, ROOT],
      run: ofEach(({ query }, spans) => {
        const root = spans.find(({ name }) => name === 'loadgen');
        const { 'shakesapp.query': asked, 'shakesapp.expected_count': count } =
          root?.attributes ?? {};
        const isText = root !== undefined && tested.textCounts.has(root.spanId);
        if (asked === query && count === String(KNOWN_QUERIES[query]) && !isText) return null;
        const came = `shakesapp.query is ${asked ?? 'absent'}, shakesapp.expected_count is ${count ?? 'absent'}${isText ? ', a text' : ''}`;
        return {
          came,
          fix: 'set both on the span loadgen, as KNOWN_QUERIES has them: a text and a whole number',
        };
      }),
    },
    {
      id: 'loadgen.client-span',
      group: GROUP,
      title: 'makes a span of kind client for the request, and names it in the headers',
      rule: { section: 'spans', says: 'one of kind client, for the HTTP request' },
      after: [RUN, HEADERS, STORED, ROOT],
      run: ofEach(({ spanId }, spans) => {
        const called = spans.find((span) => span.spanId === spanId);
        const parent = spans.find((span) => span.spanId === called?.parentSpanId);
        if (called?.kind === 'client' && parent !== undefined) return null;
        const came = called
          ? `the headers name ${JSON.stringify(called.name)} of kind ${called.kind}${parent ? '' : ', whose parent is not stored'}`
          : `the headers name the span ${spanId}, which is not stored`;
        return { came, fix: 'instrument the HTTP client, and call within the span loadgen' };
      }),
    },
    {
      id: 'loadgen.service',
      group: GROUP,
      title: "names its spans' service loadgen",
      rule: {
        section: 'spans',
        says: '`service.name` is the name of the program that yours replaces.',
      },
      after: [RUN, HEADERS, STORED, ROOT],
      run: ofEach((_, spans) => {
        const wrong = spans.find(({ attributes }) => attributes['service.name'] !== 'loadgen');
        if (!wrong) return null;
        const came = `service.name is ${JSON.stringify(wrong.attributes['service.name'] ?? 'absent')}`;
        return { came, fix: 'let the SDK read the resource from the environment' };
      }),
    },
    {
      id: 'loadgen.health-spans',
      group: GROUP,
      ...NO_HEALTH_SPANS,
      after: [RUN, HEADERS, STORED],
      run: async () => judgeHealthSpans(stored.startedIn((await run()).probing)),
    },
  ];
}
