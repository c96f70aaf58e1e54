import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../../../tools/traces/model.ts';
import type { TraceSource } from '../../../../tools/traces/sources/source.ts';
import { joinSides } from '../../../../tools/traces/sources/two-sides.ts';
import { trafficOf } from '../other-systems.ts';
import { toArray } from './to-array.ts';

const A = trafficOf({ version: '1', minutes: 1 });
const B = trafficOf({ version: '2', minutes: 1 });

const sourceOf = (name: string, traces: readonly Trace[], left: string | null): TraceSource => ({
  describe: () => ({
    kind: 'file',
    format: 'OTLP JSON',
    name,
    local: false,
    since: null,
    until: null,
  }),
  readAtMs: () => null,
  async *read() {
    yield* traces;
  },
  find: async (ids) => traces.filter(({ traceId }) => ids.has(traceId)),
  truncated: () => left,
  deviations: () => [],
});

const { signal } = new AbortController();

test('gives the traces of both, each with its side', async () => {
  const source = joinSides({ a: sourceOf('a.json', A, null), b: sourceOf('b.json', B, null) });
  const traces = await toArray(source.read(signal));
  assert.deepEqual(traces, [...A, ...B]);
  assert.deepEqual(
    traces.map((trace) => source.sideOf?.(trace)),
    [...A.map(() => 'a'), ...B.map(() => 'b')],
  );
});

test('finds traces of both again, with their sides', async () => {
  const source = joinSides({ a: sourceOf('a.json', A, null), b: sourceOf('b.json', B, null) });
  const ids = new Set([A[1]?.traceId ?? '', B[2]?.traceId ?? '']);
  const found = await source.find(ids, signal);
  assert.deepEqual(
    found.map((trace) => source.sideOf?.(trace)),
    ['a', 'b'],
  );
});

test('names both files, their one format, and what either left out', () => {
  const source = joinSides({
    a: sourceOf('a.json', A, 'a.json is cut off'),
    b: sourceOf('b.json', B, null),
  });
  const { name, format } = source.describe();
  assert.deepEqual([name, format], ['a.json and b.json', 'OTLP JSON']);
  assert.equal(source.truncated(), 'a.json is cut off');
});
