import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCondition } from '../../../../tools/compare/gate/condition.ts';
import { evaluateGate } from '../../../../tools/compare/gate/evaluate-gate.ts';
import { gateLines } from '../../../../tools/compare/gate/render-gate.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

test('states the outcome of each condition below that of the gate', () => {
  const conditions = ['a slower than 50 %', 'p99 of a slower than 1 ms'].map(parseCondition);
  const gate = evaluateGate(sampleComparison(), { conditions, requireVerdict: false });
  const lines = gateLines(gate);
  assert.equal(lines[0], 'Gate: fails.');
  assert.ok(lines.includes('  fails: a slower than 50 %'));
  assert.ok(lines.includes('  not enough data: p99 of a slower than 1 ms'));
  assert.ok(lines.some((line) => line.startsWith('      396 requests, and it needs 1000. ')));
});

test('is nothing where no condition was given', () => {
  assert.deepEqual(gateLines(undefined), []);
});
