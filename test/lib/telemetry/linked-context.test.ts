import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import fc from 'fast-check';
import { ROOT } from '../../../lib/telemetry/linked-context.ts';

const KEYS = ['a', 'b', 'c', 'd'].map(Symbol);

/** Each state that a context goes through, by these steps: without a value, a key is deleted. */
function states(root: Context, steps: readonly [number, number | undefined][]): unknown[][] {
  const contexts = [root];
  for (const [place, value] of steps) {
    const key = KEYS[place] ?? Symbol();
    const last = contexts.at(-1) ?? root;
    contexts.push(value === undefined ? last.deleteValue(key) : last.setValue(key, value));
  }
  // Read at the end: a context never changes.
  return contexts.map((context) => KEYS.map((key) => context.getValue(key)));
}

test('holds what the API’s own context holds, whatever is set and deleted', () => {
  const step = fc.tuple(fc.nat(KEYS.length - 1), fc.option(fc.nat(9), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      assert.deepEqual(states(ROOT, steps), states(ROOT_CONTEXT, steps));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a key that is set again takes no more room', () => {
  let context: Context = ROOT;
  for (let i = 0; i < 100; i += 1) context = context.setValue(KEYS[i % 2] ?? Symbol(), i);
  let length = 0;
  for (let at: unknown = context; at; at = (at as { older?: unknown }).older) length += 1;
  assert.equal(length, 3);
});
