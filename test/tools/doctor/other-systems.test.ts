import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../../tools/doctor/diagnose.ts';
import { renderText } from '../../../tools/doctor/render-text.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { parseRoot } from '../../../tools/traces/profile/root-pattern.ts';
import { trafficOf } from '../traces/other-systems.ts';
import { requestTrace } from '../traces/request-trace.ts';

const TRAFFIC = trafficOf({ version: '1', minutes: 2 });

/** The traffic with its first trace changed. */
const changed = (change: (spans: readonly Span[]) => readonly Span[]): readonly Trace[] =>
  TRAFFIC.map((trace, place) => (place === 0 ? { ...trace, spans: change(trace.spans) } : trace));

const idsOf = (traces: readonly Trace[]) => diagnose(traces).findings.map(({ id }) => id);
const isAt = (span: Span, service: string, kind: Span['kind']) =>
  span.attributes['service.name'] === service && span.kind === kind;

test('sound traces of another system have no finding', () => {
  const { findings, rules, notChecked } = diagnose(TRAFFIC);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    notChecked.map(({ rule }) => rule),
    ['unlinked-logs'],
  );
  assert.deepEqual(rules, [
    ...['damaged-input', 'impossible-times', 'failed-requests', 'unexplained-orphans', 'cycles'],
    ...['surplus-roots', 'server-without-client', 'negative-gaps'],
  ]);
});

/** A defect of the first trace, and the rule that finds it. */
const DEFECTS: readonly (readonly [string, (spans: readonly Span[]) => readonly Span[]])[] = [
  ['unexplained-orphans', (spans) => spans.toSpliced(2, 1)],
  [
    'cycles',
    (spans) =>
      spans.map((span, place) =>
        place === 2 ? { ...span, parentSpanId: spans[3]?.spanId ?? '' } : span,
      ),
  ],
  [
    'surplus-roots',
    (spans) =>
      spans.map(({ parentSpanId, ...span }, place) =>
        place === 4 || !parentSpanId ? span : { ...span, parentSpanId },
      ),
  ],
  [
    'server-without-client',
    (spans) =>
      spans.map((span) =>
        isAt(span, 'frontend', 'client') ? { ...span, kind: 'internal' } : span,
      ),
  ],
  [
    'negative-gaps',
    (spans) =>
      spans.map((span) =>
        isAt(span, 'checkout', 'server')
          ? { ...span, startMs: span.startMs - 500, endMs: span.endMs - 500 }
          : span,
      ),
  ],
  [
    'impossible-times',
    (spans) =>
      spans.map((span, place) => (place === 1 ? { ...span, impossible: 'it never ended' } : span)),
  ],
];

for (const [id, change] of DEFECTS) {
  test(`${id} finds its defect in the traces of another system`, () => {
    assert.deepEqual(idsOf(changed(change)), [id]);
  });
}

const OURS = /loadgen|preload|telemetry stopped|lib\/telemetry|Cloud Run|b3 |ADDR\b/;

test('what it says of another system names nothing of this one', () => {
  const failing = trafficOf({ version: '1', minutes: 2, failing: 5 });
  const broken = changed((spans) =>
    spans.map((span) => {
      const cut = isAt(span, 'cart', 'server') ? { ...span, parentSpanId: 'f'.repeat(16) } : span;
      return isAt(span, 'frontend', 'client') ? { ...cut, kind: 'internal' as const } : cut;
    }),
  );
  const diagnosis = diagnose([...failing, ...broken]);
  assert.deepEqual(
    diagnosis.findings.map(({ id }) => id),
    ['failed-requests', 'unexplained-orphans'],
  );
  assert.doesNotMatch(renderText(diagnosis, 'x.json'), OURS);
});

test('a failed call is explained without the settings of this system', () => {
  const failing = changed((spans) =>
    spans.map((span, place) => {
      const isCall = isAt(span, 'checkout', 'client') && span.name === 'POST';
      const fails = place < 5 || isCall;
      return fails ? { ...span, status: { error: true, message: 'deadline exceeded' } } : span;
    }),
  );
  const [finding] = diagnose(failing).findings;
  assert.match(finding?.finding ?? '', /1 of 24 requests failed with an error/);
  assert.match(finding?.fix ?? '', /If the time is justified, raise the deadline of [a-z-]+\.$/);
  assert.doesNotMatch(`${finding?.cause} ${finding?.fix}`, OURS);
});

test('an error type of this system is an error like any other there', () => {
  const wrong = changed((spans) =>
    spans.map((span, place) =>
      place === 0
        ? { ...span, attributes: { ...span.attributes, 'error.type': 'UnexpectedResult' } }
        : span,
    ),
  );
  assert.deepEqual(idsOf(wrong), ['failed-requests']);
});

test('rules of this system look at its traces alone, beside those of another', () => {
  const torn = requestTrace();
  const spans = torn.spans.filter(({ name }) => name !== 'works.search');
  const foreign = changed((all) =>
    all.map((span, place) =>
      place === 4
        ? { ...span, attributes: { ...span.attributes, 'error.type': 'UnexpectedResult' } }
        : span,
    ),
  );
  const { findings } = diagnose([...foreign, { ...torn, spans }]);
  assert.ok(findings.some(({ id }) => id === 'expected-edges'));
  const traces = findings.flatMap(({ sightings }) => sightings.map(({ traceId }) => traceId));
  assert.deepEqual([...new Set(traces)], [torn.traceId]);
});

test('--root leaves out what lies above the requests that it names', () => {
  const headless = TRAFFIC.map((trace) => ({ ...trace, spans: trace.spans.slice(1) }));
  assert.deepEqual(idsOf(headless), ['unexplained-orphans']);
  const reading = { profile: 'general', root: parseRoot('service=frontend') } as const;
  assert.deepEqual(diagnose(headless, { reading }).findings, []);
});

test('without any span of --root there is nothing healthy', () => {
  const reading = { profile: 'general', root: parseRoot('service=nope,name=GET /') } as const;
  const { findings, rules } = diagnose(TRAFFIC, { reading });
  assert.deepEqual(
    findings.map(({ id, finding }) => [id, finding]),
    [
      [
        'no-traces',
        "No span matches --root 'service=nope,name=GET /', so there is no request to look at.",
      ],
    ],
  );
  assert.ok(!rules.includes('wrong-counts'), rules.join());
});

test('traces without a span of --root are counted as left out', () => {
  const reading = { profile: 'general', root: parseRoot('service=frontend') } as const;
  const [first] = TRAFFIC;
  assert.ok(first);
  const other = requestTrace({ platform: 'gcp_cloud_run', run: 0, sequence: 0 });
  const { findings, leftOut } = diagnose([first, other], { reading });
  assert.deepEqual(findings, []);
  assert.deepEqual(leftOut, ["1 trace holds no span that matches --root 'service=frontend'"]);
});
