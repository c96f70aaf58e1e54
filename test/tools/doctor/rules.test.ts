import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { diagnose } from '../../../tools/doctor/diagnose.ts';
import { createEvidence, type Rule } from '../../../tools/doctor/rule.ts';
import { healthCheckSpans } from '../../../tools/doctor/rules/health-check-spans.ts';
import { missingAttributes } from '../../../tools/doctor/rules/missing-attributes.ts';
import { mixedHeaderFormats } from '../../../tools/doctor/rules/mixed-header-formats.ts';
import { negativeGaps } from '../../../tools/doctor/rules/negative-gaps.ts';
import { serverWithoutClient } from '../../../tools/doctor/rules/server-without-client.ts';
import { unexplainedOrphans } from '../../../tools/doctor/rules/unexplained-orphans.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { change, DEFECTS, moveTo, remove, set, shift, unset } from './defects.ts';
import { CLOUD_RUN, healthyTraces, INVOCATION } from './healthy-traces.ts';

const NOBODY = 'f'.repeat(16);
const toNobody = (span: Span): Span => ({ ...span, parentSpanId: NOBODY });

function withInvocation(apply: (span: Span) => Span): readonly Trace[] {
  return healthyTraces().map((trace) =>
    trace.traceId === INVOCATION ? { ...trace, spans: trace.spans.map(apply) } : trace,
  );
}

/** Only what the rule itself says, whatever the other rules make of the same traces. */
const seenBy = (rule: Rule, traces: readonly Trace[], explained: readonly string[] = []) =>
  rule.check(createEvidence(traces), new Set(explained)).map(({ detail }) => detail);

const noParent = ({ parentSpanId: _, ...span }: Span): Span => span;

const MISSING: readonly (readonly [string, readonly Trace[], RegExp | null])[] = [
  [
    'a span in error may lack what it did not get to know',
    change({ root: (span) => set({ [ATTR.errorType]: 'connect' })(unset(ATTR.query)(span)) }),
    null,
  ],
  [
    'an empty value is a missing one',
    change({ root: set({ [ATTR.query]: '' }) }),
    /loadgen:loadgen .* lacks shakesapp\.query$/,
  ],
  [
    'a span of our own name is ours without any attribute',
    change({ search: (span) => ({ ...span, attributes: {} }) }),
    /^works\.search \(.*lacks service\.name/,
  ],
  [
    'a server span without a service is ours by what only a program writes',
    change({ serve: unset('service.name') }),
    /lacks service\.name$/,
  ],
];
for (const [title, traces, expected] of MISSING) {
  test(title, () => {
    const seen = seenBy(missingAttributes, traces);
    assert.equal(seen.length, expected === null ? 0 : 1, seen.join('\n'));
    if (expected !== null) assert.match(seen[0] ?? '', expected);
  });
}

const UNSUSPICIOUS: readonly (readonly [string, Rule, readonly Trace[]])[] = [
  [
    'only server spans are reached by a header',
    mixedHeaderFormats,
    change({ search: set({ [ATTR.parentSource]: 'tracecontext' }) }),
  ],
  [
    'a span that serves nobody has no client to lie in',
    negativeGaps,
    change({ serve: (span) => ({ ...shift(-9)(span), kind: 'internal' }) }),
  ],
  [
    "the clock of a front end's own span is not ours",
    negativeGaps,
    change({ frontOfServer: shift(-90) }),
  ],
  [
    'a server without a client span has no client span to lie in',
    negativeGaps,
    change({
      rpc: remove,
      frontOfServer: remove,
      serve: (span) => shift(-12)(moveTo('client')(span)),
    }),
  ],
  [
    'a start 1.5 ms early is the resolution of two clocks',
    negativeGaps,
    change({ serve: shift(-7.5), read: shift(-7.5), object: shift(-7.5), search: shift(-7.5) }),
  ],
  [
    'a server may outlive a client that gave up',
    negativeGaps,
    change({
      rpc: set({ [ATTR.errorType]: 'DEADLINE_EXCEEDED' }),
      serve: (span) => ({ ...span, endMs: span.endMs + 60 }),
      search: (span) => ({ ...span, endMs: span.endMs + 60 }),
    }),
  ],
  [
    'a server whose parent is missing may have had a client',
    serverWithoutClient,
    change({ get: (span) => unset(ATTR.frontEndSpanId)(toNobody(span)) }),
  ],
  [
    "loadgen's own server span may begin a trace: an invocation by hand",
    serverWithoutClient,
    withInvocation((span) => unset(ATTR.parentExternal)(noParent(span))),
  ],
];
for (const [title, rule, traces] of UNSUSPICIOUS) {
  test(title, () => assert.deepEqual(seenBy(rule, traces), []));
}

test('an end 56 ms late is a finding where no span of its work tells that it only waited', () => {
  const traces = change({
    serve: (span) => ({ ...span, endMs: span.endMs + 60 }),
    read: remove,
    object: remove,
    search: remove,
  });
  const [seen] = seenBy(negativeGaps, traces);
  assert.match(seen ?? '', /^server:grpc\..* ends 56\.0 ms after client:grpc\./);
});

test('any other server span without a parent lacks its client', () => {
  const traces = change({
    root: remove,
    http: remove,
    frontOfClient: remove,
    get: (span) => unset(ATTR.frontEndSpanId)(noParent(span)),
  });
  assert.match(seenBy(serverWithoutClient, traces)[0] ?? '', /client:GET .* has no parent$/);
});

/** Not one attribute or name of ours: what a program in another language writes. */
const foreign =
  (name: string) =>
  (span: Span): Span => ({
    ...span,
    name,
    attributes: { 'service.name': 'server', 'url.path': '/health' },
  });
const WITHOUT_WORKS = { read: remove, object: remove, search: remove };

test('a health check that a program in another language traces is its own matter', () => {
  const traces = change({ ...WITHOUT_WORKS, serve: foreign('GET /health') });
  assert.deepEqual(seenBy(healthCheckSpans, traces), []);
});

test('a program in another language may call with spans of another kind', () => {
  const traces = change({
    ...WITHOUT_WORKS,
    frontOfServer: remove,
    search: (span) => ({ ...foreign('inner')(moveTo('serve')(span)), kind: 'server' }),
    serve: (span) => foreign('server.readFiles')(moveTo('rpc')(span)),
  });
  assert.deepEqual(seenBy(serverWithoutClient, traces), []);
});

test('spans that no request of a platform has are told from spans that some lack', () => {
  const dark = DEFECTS.find(({ file }) => file === 'server-dark-on-both-platforms')?.traces ?? [];
  const twice = dark.flatMap((trace) => [
    trace,
    { ...trace, traceId: trace.traceId.replace(/./, '0') },
  ]);
  const always = diagnose(twice).findings.map(({ finding }) => finding);
  assert.match(always.join(), /^Not one request on the platform has these spans/);
  const some = diagnose([...twice, ...healthyTraces().slice(1)]).findings.map(
    ({ finding }) => finding,
  );
  assert.match(some.join(), /^Requests lack spans that every request has/);
});

test('what most spans were reached by is meant, whatever it is called', () => {
  const another = (trace: Trace): Trace => ({
    ...trace,
    traceId: 'd'.repeat(32),
    spans: trace.spans.map((span) => ({ ...span, traceId: 'd'.repeat(32) })),
  });
  const byOwnHeader = set({ [ATTR.parentSource]: 'gcp_trace' });
  const traces = change({ get: byOwnHeader, serve: byOwnHeader });
  const mixed = change({ get: byOwnHeader }).filter(({ traceId }) => traceId === CLOUD_RUN);
  const seen = seenBy(mixedHeaderFormats, [...traces, ...mixed.map(another)]);
  assert.equal(seen.length, 1);
  assert.match(seen[0] ?? '', /server:.* was reached by b3, most spans on .* by gcp_trace$/);
});

test('a server that found no parent by another header is told by the header alone', () => {
  const traces = change({
    frontOfServer: remove,
    serve: (span) => set({ [ATTR.parentSource]: 'tracecontext' })(toNobody(span)),
  });
  assert.deepEqual(
    diagnose(traces).findings.map(({ id }) => id),
    ['mixed-header-formats'],
  );
  assert.equal(seenBy(unexplainedOrphans, traces).length, 1);
  assert.deepEqual(seenBy(unexplainedOrphans, traces, [CLOUD_RUN]), []);
});
