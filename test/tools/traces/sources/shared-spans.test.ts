import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deviation } from '../../../../tools/traces/deviation.ts';
import type { Span } from '../../../../tools/traces/model.ts';
import { toTrace } from '../../../../tools/traces/sources/gather.ts';

const TRACE_ID = 'a'.repeat(32);
const START_MS = Date.UTC(2026, 2, 2, 10);

const spanOf = (spanId: string, service: string, more: Partial<Span> = {}): Span => ({
  traceId: TRACE_ID,
  spanId,
  name: `${service} ${spanId}`,
  kind: 'internal',
  startMs: START_MS,
  endMs: START_MS + 5,
  attributes: { 'service.name': service },
  ...more,
});

const CLIENT = spanOf('b', 'frontend', { kind: 'client', parentSpanId: 'a' });
const SERVER = spanOf('b', 'cart', { kind: 'server', parentSpanId: 'a' });

function gather(...spans: readonly Span[]) {
  const told: string[] = [];
  const add = ({ kind, count }: Deviation) => void told.push(`${count} ${kind}`);
  const trace = toTrace(TRACE_ID, '', spans, { add });
  const nameOf = new Map(trace.spans.map(({ spanId, name }) => [spanId, name]));
  const edges = trace.spans.map(
    ({ name, parentSpanId = '' }) => `${nameOf.get(parentSpanId) ?? parentSpanId} > ${name}`,
  );
  return { told, edges: edges.toSorted(), trace };
}

test('the server of a shared span is below its client, in whatever order they come', () => {
  const edges = ['a > frontend b', 'frontend b > cart b'];
  assert.deepEqual(gather(CLIENT, SERVER).edges, edges);
  assert.deepEqual(gather(SERVER, CLIENT).edges, edges);
  assert.deepEqual(gather(SERVER, CLIENT).told, ['1 shared-span']);
});

test('what the server called is below the server, and what the client did below the client', () => {
  const child = (service: string, id: string) => spanOf(id, service, { parentSpanId: 'b' });
  const { edges } = gather(child('cart', 'c'), CLIENT, SERVER, child('frontend', 'd'));
  assert.ok(edges.includes('cart b > cart c'));
  assert.ok(edges.includes('frontend b > frontend d'));
});

test('where a program calls itself, or nobody knows whose a span is, it is below the server', () => {
  const own = { ...SERVER, attributes: CLIENT.attributes };
  const child = spanOf('c', 'frontend', { parentSpanId: 'b' });
  assert.ok(gather(CLIENT, own, child).edges.includes('cart b > frontend c'));
  const unnamed = { ...child, name: 'unnamed', attributes: {} };
  assert.ok(gather(CLIENT, SERVER, unnamed).edges.includes('cart b > unnamed'));
});

test('copies of either half count once, and a third span with the id is left out', () => {
  const { told, edges } = gather(CLIENT, SERVER, SERVER, CLIENT, { ...SERVER, name: 'other' });
  assert.deepEqual(told, [
    '1 shared-span',
    '1 duplicate-span',
    '1 duplicate-span',
    '1 conflicting-span',
  ]);
  assert.equal(edges.length, 2);
});

test('the id of the server is the same in every reading', () => {
  const [, one] = gather(CLIENT, SERVER).trace.spans;
  const [, other] = gather(SERVER, CLIENT).trace.spans;
  assert.equal(one?.spanId, other?.spanId);
  assert.match(one?.spanId ?? '', /^[0-9a-f]{16}$/);
});

test('a server that has no client with its id keeps the id', () => {
  assert.equal(gather(SERVER).trace.spans[0]?.spanId, 'b');
});
