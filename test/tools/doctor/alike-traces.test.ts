import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { change, moveTo, remove, set, shift, unset, withoutParent } from './changes.ts';
import { CLOUD_RUN, GKE, healthyTraces, idOf, type Part } from './healthy-traces.ts';
import { assertSame, oftenUnchanged } from './repeated-traces.ts';

type Changes = Parameters<typeof change>[0];

const both =
  (one: (span: Span) => Span, other: (span: Span) => Span) =>
  (span: Span): Span =>
    other(one(span));
const CLIENT_SIDE = { frontOfClient: remove, get: remove, client: remove, rpc: remove };
const SERVER_SIDE = { frontOfServer: remove, serve: remove, read: remove, search: remove };
const failed = set({ 'http.response.status_code': '500' });
const lateCall = (byMs: number): Changes => ({
  root: unset(ATTR.matchCount, ATTR.expectedCount),
  object: both(both(failed, moveTo('root')), shift(byMs)),
});
const unanswered = both(unset('service.name'), moveTo('root'));
const bySource = (source: string) => ({
  get: set({ [ATTR.parentSource]: source }),
  serve: set({ [ATTR.parentSource]: source }),
});

const withoutSource = unset(ATTR.parentSource);
const lost = { get: withoutSource, serve: withoutSource, search: remove };

const spanOf = (part: Part) =>
  healthyTraces()
    .flatMap(({ spans }) => spans)
    .find(({ spanId }) => spanId === idOf(part)) as Span;
/** Two spans that differ in nothing but their ids. */
const twice = { ...lost, search: ({ spanId }: Span) => ({ ...spanOf('object'), spanId }) };

/** Two programs that share nothing but the trace id; which one begins, their times tell. */
const rootless = (searchedAfterMs: number): Changes => ({
  ...{ root: remove, http: remove, ...CLIENT_SIDE, ...SERVER_SIDE, object: remove },
  get: both(withoutParent, set({ 'http.response.status_code': '429' })),
  search: both(withoutParent, shift(searchedAfterMs - 14)),
});

/** Another server says that the same front end passed its call on to it. */
const servedTwice = (ofFrontEnd: Readonly<Record<string, string>>): Changes => ({
  frontOfServer: both(withoutParent, set(ofFrontEnd)),
  object: ({ spanId }) => moveTo('client')({ ...spanOf('serve'), name: 'another', spanId }),
});

/** Traces of which only times, all of them together or sums of labels tell what rules say. */
const ALIKE: Readonly<Record<string, readonly [Changes, Changes]>> = {
  'of which one has a wrong count': [
    { root: set({ [ATTR.expectedCount]: '7', [ATTR.matchCount]: '8' }) },
    { root: set({ [ATTR.expectedCount]: '7', [ATTR.matchCount]: '7' }) },
  ],
  'of which one checks health': [
    { object: set({ 'url.full': 'https://server/health' }) },
    { object: set({ 'url.full': 'https://server/works' }) },
  ],
  'of which the last call failed in one': [lateCall(0), lateCall(20.5)],
  'that all lack a span': [lost, lost],
  'that make a call twice': [twice, lost],
  'that lack a span because of another header': [
    { ...bySource('b3') },
    { ...bySource('gcp_trace'), search: remove },
  ],
  'of which one continues in the other': [
    { ...CLIENT_SIDE, ...SERVER_SIDE, object: unanswered },
    { root: remove, http: remove, frontOfClient: remove, get: withoutParent },
  ],
  'of which the program that was refused begins one': [rootless(-10), rootless(10)],
  'of which the front end’s caller depends on the order': [servedTwice({}), servedTwice({})],
  'of which the front end itself says that it was passed on a call': [
    servedTwice({ [ATTR.frontEndSpanId]: idOf('rpc') }),
    servedTwice({ [ATTR.frontEndSpanId]: idOf('rpc') }),
  ],
  'that were refused': [
    { root: set({ 'http.response.status_code': '429' }) },
    { root: set({ 'http.response.status_code': '429' }) },
  ],
};

/** Often, under trace ids that begin with this digit. */
const often = (traces: readonly Trace[], digit: string): readonly Trace[] =>
  [...oftenUnchanged(traces)].map(({ traceId, ...trace }) => ({
    ...{ ...trace, traceId: traceId.replace(/^./, digit) },
  }));
const onCloudRun = (changes: Changes) =>
  change(changes).filter(({ traceId }) => traceId === CLOUD_RUN);

for (const [name, [one, other]] of Object.entries(ALIKE)) {
  test(`says of traces with a known shape what it says of each by itself: ${name}`, () => {
    const [ones, others] = [often(onCloudRun(one), '1'), often(onCloudRun(other), '2')];
    assertSame([...ones.slice(0, 1), ...others, ...ones.slice(1)]);
    assertSame([...others.toReversed(), ...ones.toReversed()]);
  });
}

/** loadgen names no platform; of two, the one that it reached first is the request's. */
const onBoth = (firstMs: number): Changes => ({
  root: unset('cloud.platform'),
  object: both(
    set({ 'cloud.platform': 'gcp_kubernetes_engine' }),
    both(moveTo('root'), shift(firstMs - 15)),
  ),
});

test('says of traces with a known shape what it says of each by itself: whose platform their times tell', () => {
  const [ones, others] = [often(onCloudRun(onBoth(10)), '1'), often(onCloudRun(onBoth(0.5)), '2')];
  // Not every request of GKE lacks a span, because the other ones are of GKE too.
  const lacking = healthyTraces()
    .filter(({ traceId }) => traceId === GKE)
    .map(({ spans, ...trace }) => ({
      ...{ ...trace, spans: spans.filter(({ spanId }) => spanId !== idOf('search')) },
    }));
  assertSame([...ones, ...others, ...often(lacking, '3')]);
});
