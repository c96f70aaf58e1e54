import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCohort } from '../../../../tools/compare/cohorts/cohort.ts';
import { createCollector } from '../../../../tools/compare/cohorts/collector.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import { renderHtml } from '../../../../tools/compare/html/render-html.ts';
import { renderText } from '../../../../tools/compare/text/render-text.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { parseRoot } from '../../../../tools/traces/profile/root-pattern.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const PLATFORMS = ['gcp_cloud_run', 'gcp_kubernetes_engine'] as const;
const TRACES = PLATFORMS.flatMap((platform) =>
  Array.from({ length: 10 }, (_, sequence) =>
    requestTrace({ platform, run: 0, sequence, attributes: { 'test.pod': `pod-${sequence}` } }),
  ),
);

const compare = (a: string, b: string, traces: readonly Trace[] = TRACES) =>
  compareTraces(traces, {
    cohorts: { a: parseCohort('a', a), b: parseCohort('b', b) },
    name: 'test',
    local: true,
  });

const GKE = 'cloud.platform=gcp_kubernetes_engine';

for (const [name, filter, sentence] of [
  [
    'a mistyped value',
    'cloud.platform=gcp_cloud_runn',
    'No trace matches cloud.platform=gcp_cloud_runn: the values of cloud.platform are gcp_cloud_run, gcp_kubernetes_engine.',
  ],
  [
    'a mistyped label',
    'cloud.plattform=gcp_cloud_run',
    'No trace matches cloud.plattform=gcp_cloud_run: no span has the label cloud.plattform.',
  ],
  [
    'a label of more than eight values',
    'test.pod=pod-x',
    `No trace matches test.pod=pod-x: the values of test.pod are ${[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `pod-${n}`).join(', ')} and more.`,
  ],
  [
    'one mistyped value of two',
    'cloud.platform=gcp_cloud_run,test.pod=pod',
    `No trace matches test.pod=pod: the values of test.pod are ${[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `pod-${n}`).join(', ')} and more.`,
  ],
] as const) {
  test(`${name} is reported first, with what does occur, and nothing is compared`, () => {
    const comparison = compare(filter, GKE);
    assert.deepEqual(comparison.unmatched, [sentence]);
    const text = renderText(comparison);
    assert.ok(text.replaceAll(/\s+/g, ' ').startsWith(sentence), text);
    assert.doesNotMatch(text, /HOPS|CONFIGURATION|No verdict/);
    const page = renderHtml(comparison);
    const main = page.slice(page.indexOf('<main>'));
    assert.ok(main.indexOf(sentence) > 0);
    assert.ok(main.indexOf(sentence) < main.indexOf('The two cohorts'));
    assert.doesNotMatch(main, /id="(?:hops|configuration|overlays)"/);
  });
}

test('labels that occur, but never together, are reported so', () => {
  const halves = TRACES.filter((_, index) => index !== 9 && index !== 10);
  const filter = 'cloud.platform=gcp_cloud_run,test.pod=pod-9';
  assert.deepEqual(compare(filter, GKE, halves).unmatched, [`No trace matches all of ${filter}.`]);
});

test('without any trace no filter is at fault', () => {
  assert.deepEqual(compare('x=1', 'x=2', []).unmatched, []);
});

test('a window without any trace is reported so', () => {
  const a = parseCohort('a', 'cloud.platform=gcp_cloud_run', { untilMs: 1, ownWindow: true });
  const cohorts = { a, b: parseCohort('b', GKE) };
  assert.deepEqual(compareTraces(TRACES, { cohorts, name: 'test', local: true }).unmatched, [
    'No trace that was read lies in the window of Cloud Run.',
  ]);
});

test('a cohort that some trace matches is compared, request or not', () => {
  assert.deepEqual(compare('cloud.platform=gcp_cloud_run', GKE).unmatched, []);
  const [first] = TRACES;
  assert.ok(first);
  const torn = { ...first, spans: first.spans.slice(-1) };
  const torn2 = compare('cloud.platform=gcp_cloud_run', GKE, [torn, ...TRACES.slice(10)]);
  assert.deepEqual(torn2.unmatched, []);
});

test('a --root that no span matches is reported, and no filter is at fault', () => {
  const cohorts = { a: parseCohort('a', 'x=1'), b: parseCohort('b', 'x=2') };
  const root = parseRoot('service=nope,name=GET /');
  const collector = createCollector(cohorts, { reading: { profile: 'general', root } });
  assert.deepEqual(collector.collection().unmatched, []);
  for (const trace of TRACES) collector.add(trace, null);
  assert.deepEqual(collector.collection().unmatched, [
    "No span matches --root 'service=nope,name=GET /': give the service and the name as the spans have them.",
  ]);
});

test('a cohort that lies in the other one is reported, as none of its requests counts', () => {
  const { unmatched } = compare('service.namespace=shakesapp', GKE);
  assert.deepEqual(unmatched, [
    'Every request of GKE also belongs to service.namespace=shakesapp, and counts for neither: choose filters or windows that do not overlap.',
  ]);
});
