import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { diagnose } from '../../../tools/doctor/diagnose.ts';
import { renderText } from '../../../tools/doctor/render-text.ts';
import { DEFECTS } from './defects.ts';
import { healthyTraces } from './healthy-traces.ts';

const tracesOf = (name: string) => DEFECTS.find(({ file }) => file === name)?.traces ?? [];

for (const columns of [100, 80]) {
  test(`fits ${columns} columns with every finding`, () => {
    for (const { file, traces } of DEFECTS) {
      const text = renderText(diagnose(traces), 'a-project-with-a-long-name-'.repeat(9), columns);
      for (const line of text.split('\n')) {
        assert.ok([...line].length <= columns, `${file}: ${line}`);
      }
    }
  });
}

test('says the finding, its cause, how to fix it and where, as in the golden file', () => {
  const golden = new URL('../../golden/doctor-unexplained-orphans.txt', import.meta.url);
  const text = renderText(diagnose(tracesOf('front-end-span-was-not-stored')), 'demo');
  if (process.env.UPDATE_GOLDEN === 'yes') writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
});

test('says that all is well', () => {
  assert.match(
    renderText(diagnose(healthyTraces()), 'demo'),
    /^Healthy: \d+ rules looked and found nothing\./,
  );
});

test('tells the calls of the schedule from requests, which compare counts', () => {
  const text = renderText(diagnose(healthyTraces()), 'demo');
  assert.match(text, /^Read demo: 3 traces \(1 of them the schedule's calls to loadgen\), /m);
  assert.doesNotMatch(renderText(diagnose(healthyTraces().slice(1)), 'demo'), /schedule/);
});

test('a health check of loadgen that makes a span is no call of the schedule', () => {
  const traces = healthyTraces().map((trace, index) =>
    index > 0
      ? trace
      : {
          ...trace,
          spans: trace.spans.map((span) => ({
            ...span,
            attributes: { ...span.attributes, 'url.path': '/health' },
          })),
        },
  );
  assert.doesNotMatch(renderText(diagnose(traces), 'demo'), /schedule/);
});

test('says first that something was left out, and what', () => {
  const text = renderText(diagnose(healthyTraces(), { leftOut: ['x: its end is cut'] }), 'demo');
  assert.match(text, /^Healthy as far as it was read: /);
  assert.match(text, /\n {2}Left out: x: its end is cut\.\n/);
});

test('makes control characters of a span name visible', () => {
  const traces = tracesOf('health-check-made-a-span').map((trace) => ({
    ...trace,
    spans: trace.spans.map((span) => ({ ...span, name: `\u001b[2J${span.name}\u202e` })),
  }));
  const text = renderText(diagnose(traces), '\u001b[31mdemo');
  for (const hidden of ['\u001b', '\u202e']) assert.ok(!text.includes(hidden));
});

test('shows three sightings and counts the rest', () => {
  const traces = Array.from({ length: 5 }, (_, index) => {
    const traceId = String(index).repeat(32);
    const [trace] = tracesOf('works-search-missing').filter(({ spans }) => spans.length > 8);
    const spans = (trace?.spans ?? []).map((span) => ({ ...span, traceId }));
    return { traceId, projectId: 'p', spans };
  });
  const text = renderText(diagnose(traces), 'demo');
  assert.match(text, /expected-edges \(5\)/);
  assert.equal(text.match(/- trace/g)?.length, 3);
  assert.match(text, /and 2 more/);
});
