import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGateClosed, type Outcome } from '../../../../tools/compare/gate/gate.ts';

const isClosed = (outcome: Outcome, requireVerdict: boolean) =>
  isGateClosed({ outcome, requireVerdict, confidence: 0.95, conditions: [] });

test('a gate is closed by what fails, and by what is undecided only where a verdict is required', () => {
  assert.deepEqual(
    (['fails', 'undecided', 'passes'] as const).map((outcome) => [
      isClosed(outcome, false),
      isClosed(outcome, true),
    ]),
    [
      [true, true],
      [false, true],
      [false, false],
    ],
  );
});
