import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTraceState } from '@opentelemetry/api';
import {
  isKept,
  randomnessOf,
  withProbability,
} from '../../../lib/telemetry/consistent-probability.ts';

const TRACE = '105445aa7843bc8bf28000000000000a';

test('the last 56 bits of the trace id are the randomness, unless rv gives another', () => {
  const states: [state: string | undefined, randomness: string][] = [
    [undefined, '8000000000000a'],
    ['ot=th:8', '8000000000000a'],
    ['ot=th:8;rv:00000000000001,other=1', '00000000000001'],
    ['ot=rv:0000000000001', '8000000000000a'],
    ['ot=rv:0000000000000G', '8000000000000a'],
    [`ot=${'x'.repeat(300)};rv:00000000000001`, '8000000000000a'],
  ];
  for (const [state, randomness] of states) {
    assert.equal(
      randomnessOf(TRACE, state === undefined ? state : createTraceState(state)),
      randomness,
    );
  }
});

test('a trace is kept where its randomness is at least the threshold', () => {
  const kept = (randomness: string) => [1, 0.5, 0.25, 0.1, 0].map((p) => isKept(randomness, p));
  assert.deepEqual(kept('00000000000000'), [true, false, false, false, false]);
  assert.deepEqual(kept('7fffffffffffff'), [true, false, false, false, false]);
  assert.deepEqual(kept('80000000000000'), [true, true, false, false, false]);
  assert.deepEqual(kept('c0000000000000'), [true, true, true, false, false]);
  assert.deepEqual(kept('ffffffffffffff'), [true, true, true, true, false]);
});

test('the threshold is written without its last zeros, and all other members stay', () => {
  const written = (state: string | undefined, probability: number | undefined) =>
    withProbability(
      state === undefined ? state : createTraceState(state),
      probability,
    )?.serialize();
  assert.equal(written(undefined, 1), 'ot=th:0');
  assert.equal(written(undefined, 0.5), 'ot=th:8');
  assert.equal(written(undefined, 0.0625), 'ot=th:f');
  assert.equal(
    written('a=1,ot=rv:00000000000001;th:c;x:1,b=2', 0.25),
    'ot=th:c;rv:00000000000001;x:1,a=1,b=2',
  );
  assert.equal(written('a=1,ot=th:c', undefined), 'a=1');
  assert.equal(written('a=1,ot=th:c;rv:00000000000001', undefined), 'ot=rv:00000000000001,a=1');
  assert.equal(written(`ot=${'x'.repeat(254)}`, 0.5), 'ot=th:8');
});
