import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isComplete } from '../../../../tools/traces/completeness.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { requestsOf } from '../../../../tools/traces/normalise.ts';
import { parseRoot } from '../../../../tools/traces/profile/root-pattern.ts';
import { trafficOf } from '../other-systems.ts';

const PARSED = [
  ['service=checkout', { service: 'checkout', name: null }],
  ['name=POST /orders', { service: null, name: 'POST /orders' }],
  ['service=checkout,name=POST /a,b=c', { service: 'checkout', name: 'POST /a,b=c' }],
  ['service=checkout, name=x', { service: 'checkout', name: 'x' }],
  ['name=x,service=checkout', { service: 'checkout', name: 'x' }],
] as const;

for (const [value, expected] of PARSED) {
  test(`reads --root '${value}'`, () => assert.deepEqual(parseRoot(value), expected));
}

for (const value of ['', 'checkout', 'service=', 'name=', 'kind=server', 'service=a,kind=server']) {
  test(`refuses --root '${value}' and says what is allowed`, () =>
    assert.throws(() => parseRoot(value), /--root is .*; allowed: service=NAME/));
}

const [checkout] = trafficOf({ version: '1' }) as [Trace];
const reading = (root: string) => ({ profile: 'general', root: parseRoot(root) }) as const;

test('the topmost matching span is the request, and what lies above it is left out', () => {
  const trees = requestsOf(checkout, reading('service=checkout'));
  assert.deepEqual(
    trees.map(({ root, nodes, requestsInTrace }) => [
      root?.span.name,
      nodes.length,
      requestsInTrace,
    ]),
    [['oteldemo.CheckoutService/PlaceOrder', checkout.spans.length - 4, 1]],
  );
});

test('several matching spans beside each other are as many requests', () => {
  const trees = requestsOf(checkout, reading('name=oteldemo.CartService/GetCart'));
  assert.equal(trees.length, 1);
  const calls = checkout.spans.filter(
    ({ kind, attributes }) => kind === 'client' && attributes['service.name'] === 'checkout',
  ).length;
  const spans = checkout.spans.map((span) =>
    span.kind === 'client' && span.attributes['service.name'] === 'checkout'
      ? { ...span, name: 'call' }
      : span,
  );
  const all = requestsOf({ ...checkout, spans }, reading('service=checkout,name=call'));
  assert.deepEqual([all.length, all[0]?.requestsInTrace], [calls, calls]);
});

test('a request whose parent is not stored is complete: what is above it does not matter', () => {
  const spans = checkout.spans.slice(4);
  const [tree] = requestsOf({ ...checkout, spans }, reading('service=checkout'));
  assert.ok(tree);
  assert.equal(isComplete(tree), true);
  const [byRoot] = requestsOf({ ...checkout, spans });
  assert.ok(byRoot);
  assert.equal(isComplete(byRoot), false);
});

test('a trace without a matching span has no request', () => {
  assert.deepEqual(requestsOf(checkout, reading('service=nobody')), []);
});

test('a name matches as it is stored and as it is folded', () => {
  const [, product] = trafficOf({ version: '1' }) as [Trace, Trace];
  const stored = product.spans[0]?.name ?? '';
  for (const name of [stored, 'GET /api/products/{id}']) {
    assert.equal(requestsOf(product, reading(`name=${name}`)).length, 1, name);
  }
});
