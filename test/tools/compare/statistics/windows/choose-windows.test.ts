import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf } from '../../../../../tools/bench/simulate.ts';
import type { RequestRecord } from '../../../../../tools/compare/cohorts/request-record.ts';
import {
  compareOverall,
  latencyIn,
  testOverall,
} from '../../../../../tools/compare/statistics/overall.ts';
import { chooseWindows } from '../../../../../tools/compare/statistics/windows/choose-windows.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 2, 2, 10);

/** Requests at these minutes, each of `each`, that take about 40 ms times `factor`. */
function requests(
  minutes: readonly number[],
  {
    each = 5,
    factor = 1,
    change = () => ({}),
  }: { each?: number; factor?: number; change?: (place: number) => Partial<RequestRecord> } = {},
): RequestRecord[] {
  return minutes.flatMap((minute) =>
    Array.from({ length: each }, (_, place): RequestRecord => {
      const ms =
        40 * factor * (1 + 0.1 * Math.sin(minute * 2.3 + place) + 0.1 * Math.sin(minute * 5.1));
      const one = recordOf({
        side: 'a',
        run: 0,
        sequence: place,
        paired: false,
        hops: [],
        latencyMs: ms,
      });
      return { ...one, startMs: START_MS + minute * MINUTE_MS + place * 9_000, ...change(place) };
    }),
  );
}
const range = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, place) => from + place);
const choose = (a: RequestRecord[], b: RequestRecord[]) =>
  chooseWindows({ a, b }, latencyIn('warm'));
const overallOf = (a: RequestRecord[], b: RequestRecord[]) =>
  compareOverall(testOverall(choose(a, b)), null);

test('sides at the same time are compared window by window', () => {
  const overall = overallOf(requests(range(0, 60), { factor: 1.5 }), requests(range(0, 60)));
  assert.equal(overall.design, 'paired-windows');
  assert.equal(overall.windows?.lengthMs, MINUTE_MS);
  assert.equal(overall.verdict, 'b-faster');
  assert.ok(Math.abs((overall.ratio.p50 ?? 0) - 1.5) < 0.001);
  assert.match(overall.method, /^per window of 1 min a over b: .* over 60 windows/);
});

test('only the time that both sides have is compared', () => {
  const overall = overallOf(requests(range(0, 300)), requests(range(240, 300), { factor: 2 }));
  assert.equal(overall.design, 'paired-windows');
  assert.equal(overall.a?.n, 300);
  assert.equal(overall.verdict, 'a-faster');
});

test('requests that an attribute pairs are compared pair by pair', () => {
  const keyed = (place: number) => ({ pairKey: `${place}` });
  const overall = overallOf(
    requests(range(0, 60), { change: keyed }),
    requests(range(0, 60), { change: keyed, factor: 2 }),
  );
  assert.equal(overall.design, 'paired-requests');
  assert.equal(overall.pairs, 300);
  assert.equal(overall.verdict, 'a-faster');
});

test('pairs that did not run beside each other are no pairs', () => {
  const keyed = (place: number) => ({ pairKey: `${place}` });
  const design = choose(
    requests(range(0, 60), { change: keyed }),
    requests(range(200, 260), { change: keyed }),
  );
  assert.equal(design.windows?.kind, 'before-after');
});

test('sides in turn are compared side by side', () => {
  const turn = (minute: number) => Math.floor(minute / 20) % 2;
  const minutes = range(0, 800);
  const design = choose(
    requests(minutes.filter((minute) => turn(minute) === 0)),
    requests(minutes.filter((minute) => turn(minute) === 1)),
  );
  assert.equal(design.windows?.kind, 'windows');
});

test('one side before the other gets a verdict beside placebos', () => {
  const overall = overallOf(requests(range(0, 60)), requests(range(60, 120), { factor: 2 }));
  assert.equal(overall.design, 'before-after');
  assert.equal(overall.verdict, 'a-faster');
  assert.match(
    overall.method,
    /the last \d+ min before against the first \d+ min after, beside \d+ steps/,
  );
  const same = overallOf(requests(range(0, 60)), requests(range(60, 120)));
  assert.equal(same.verdict, 'no-difference-seen');
  assert.equal(same.descriptive, null);
});

test('one side long before the other is described without a verdict', () => {
  const overall = overallOf(requests(range(0, 60)), requests(range(1_440, 1_500), { factor: 2 }));
  assert.equal(overall.design, 'before-after');
  assert.equal(overall.verdict, 'not-enough-data');
  assert.match(overall.descriptive ?? '', /one side ran before the other/);
  assert.equal(overall.reason, overall.descriptive);
  assert.ok(Math.abs((overall.ratio.p50 ?? 0) - 0.5) < 0.05);
  assert.deepEqual([overall.ratio.low, overall.ratio.high], [null, null]);
  assert.ok((overall.smallestDifference?.ratio ?? 0) > 1);
});

test('windows that drift together for the complete time get no verdict', () => {
  const drifting = requests(range(0, 60)).map((record) => {
    const minute = (record.startMs - START_MS) / MINUTE_MS;
    return { ...record, latencyMs: (record.latencyMs ?? 0) * Math.exp(minute / 20) };
  });
  const overall = overallOf(drifting, requests(range(0, 60)));
  assert.equal(overall.verdict, 'not-enough-data');
  assert.match(overall.descriptive ?? '', /^neighbouring windows resemble each other too much/);
});

test('operations that one side lacks are left out, and counted', () => {
  const other = (operation: string) => ({ change: () => ({ operation }) });
  const a = [...requests(range(0, 60)), ...requests(range(0, 10), other('shop:GET /old'))];
  const b = [...requests(range(0, 60)), ...requests(range(0, 20), other('shop:GET /new'))];
  const { windows, a: ofA } = overallOf(a, b);
  assert.deepEqual(windows?.leftOut, { a: 50, b: 100 });
  assert.deepEqual(windows.mix, [{ operation: 'simulated:request', share: 1 }]);
  assert.equal(ofA?.n, 300);
});

test('too little traffic is said in windows, and no traffic in operations', () => {
  const few = overallOf(requests(range(0, 2)), requests(range(0, 2)));
  assert.equal(few.verdict, 'not-enough-data');
  assert.match(
    few.reason ?? '',
    /^\d+ windows of \d+ s with warm requests on both sides, and a verdict needs 12$/,
  );
  const none = overallOf(requests(range(0, 2)), []);
  assert.match(none.reason ?? '', /^no operation has enough complete warm requests/);
});
