import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { parseCondition } from '../../../../tools/compare/gate/condition.ts';
import { evaluateGate } from '../../../../tools/compare/gate/evaluate-gate.ts';
import { renderGate } from '../../../../tools/compare/html/gate.ts';
import { sampleComparison } from './sample-comparison.ts';

test('has a row for each condition, with its outcome, its figures and what it lacks', () => {
  const conditions = ['a slower than 50 %', 'p99 of a slower than 1 ms'].map(parseCondition);
  const gate = evaluateGate(sampleComparison(), { conditions, requireVerdict: false });
  const { document } = parseHTML(
    `<!doctype html><html><body>${renderGate(gate)?.text}</body></html>`,
  );
  assert.equal(document.querySelector('h2')?.textContent, 'Gate: fails');
  const rows = [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  assert.deepEqual(rows[0]?.slice(0, 4), [
    'fails',
    'a slower than 50 %',
    '+106 %',
    '+91 % to +122 %',
  ]);
  assert.equal(rows[1]?.[0], 'not enough data 396 requests, and it needs 1000');
});

test('is nothing where no condition was given', () => {
  assert.equal(renderGate(undefined), null);
});
