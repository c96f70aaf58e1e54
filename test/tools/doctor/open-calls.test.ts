import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../lib/random.ts';
import { type CallSpan, createOpenCalls } from '../../../tools/doctor/open-calls.ts';

const TOLERANCE = { beforeMs: 10, afterMs: 50 };

const span = (trace: number, startMs: number, endMs: number, platform?: string): CallSpan => ({
  ...{ trace, traceId: String(trace), span: '', service: 'client', platform },
  ...{ startMs, endMs },
});

/** Every call is looked at. */
function nearest(calls: readonly CallSpan[], taken: ReadonlySet<CallSpan>, called: CallSpan) {
  const away = (call: CallSpan) => Math.abs(call.startMs - called.startMs);
  return calls
    .filter((call) => !taken.has(call) && call.traceId !== called.traceId)
    .filter(({ platform }) => platform === undefined || platform === called.platform)
    .filter(({ startMs }) => called.startMs >= startMs - TOLERANCE.beforeMs)
    .filter(({ endMs }) => called.endMs <= endMs + TOLERANCE.afterMs)
    .sort((one, other) => away(one) - away(other))[0];
}

test('finds the calls that a look at every one finds, with ties and overlaps', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = createRandom(seed);
    const some = (trace: number) => {
      const startMs = Math.floor(random() * 400);
      const platform = ['a', 'b', undefined][Math.floor(random() * 3)];
      return span(trace, startMs, startMs + Math.floor(random() ** 4 * 300), platform);
    };
    const calls = Array.from({ length: 80 }, (_, trace) => some(trace));
    const called = Array.from({ length: 100 }, (_, trace) => ({ ...some(trace), platform: 'a' }));
    const open = createOpenCalls(calls, TOLERANCE);
    const taken = new Set<CallSpan>();
    for (const one of called) {
      const expected = nearest(calls, taken, one);
      assert.equal(open.take(one), expected, `seed ${seed}`);
      if (expected !== undefined) taken.add(expected);
    }
    assert.ok(taken.size > 20, `${taken.size} calls were found`);
  }
});

test('without any call none is found', () => {
  assert.equal(createOpenCalls([], TOLERANCE).take(span(1, 0, 1)), undefined);
});
