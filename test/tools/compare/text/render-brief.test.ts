import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from '../../../../tools/cli/format.ts';
import { renderBrief } from '../../../../tools/compare/text/render-brief.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

for (const width of [60, 80, 100]) {
  test(`fits a terminal of ${width} columns, and loses no figure of a hop`, () => {
    const text = renderBrief(sampleComparison(), ['For a verdict: more requests'], width);
    for (const line of text.split('\n')) assert.ok(columnsOf(line) <= width, line);
    const hop = /GET,? +gap:? .*7\.80.*2\.10.*\+5\.70 \(\+5\.02 to \+6\.38\).*GKE faster/;
    assert.match(text.replaceAll(/\s+/g, ' '), hop);
  });
}

test('a table where it fits, and sentences where it would be cut', () => {
  assert.match(renderBrief(sampleComparison()), /difference \(interval\) +verdict$/m);
  assert.match(
    renderBrief(sampleComparison(), [], 80),
    /^ loadgen GET, gap: Cloud Run 7\.80, GKE 2\.10/m,
  );
});
