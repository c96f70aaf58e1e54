import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldedNameOf } from '../../../../tools/traces/profile/fold-names.ts';

const folded = (name: string, attributes: Record<string, string> = {}) =>
  foldedNameOf({
    ...{ traceId: '', spanId: '', kind: 'server', startMs: 0, endMs: 1 },
    ...{ name, attributes },
  });

const FOLDED = [
  ['a number', 'GET /users/42', 'GET /users/{id}'],
  ['a number between', '/users/42/orders/7', '/users/{id}/orders/{id}'],
  ['a UUID', 'GET /o/2f1c8e0a-11aa-4bcd-9d51-0a1b2c3d4e5f', 'GET /o/{id}'],
  ['hexadecimal digits, 8 or more', 'GET /blobs/deadBEEF', 'GET /blobs/{id}'],
  ['hexadecimal digits with 0x', 'GET /tx/0x9f86d081884c7d65', 'GET /tx/{id}'],
  ['a ULID', 'GET /o/01ARZ3NDEKTSV4RRFFQ69G5FAV/lines', 'GET /o/{id}/lines'],
  ['a query string', 'GET /search?q=love&page=2', 'GET /search'],
  ['the path of a URL', 'GET http://shop.example/cart/17', 'GET http://shop.example/cart/{id}'],
] as const;

for (const [what, name, expected] of FOLDED) {
  test(`folds ${what}`, () => assert.equal(folded(name), expected));
}

const KEPT = [
  ['a word', 'GET /users/profile'],
  ['seven hexadecimal digits', 'GET /commits/deadbee'],
  ['a version', 'GET /v2/users'],
  ['a long word with a year', 'GET /articles/shakespeare-2024-edition'],
  ['a gRPC method', 'oteldemo.CartService/GetCart'],
  ['a number outside of a path', 'job 42'],
  ['text with question marks and no path', 'ready? 42'],
] as const;

for (const [what, name] of KEPT) test(`keeps ${what}`, () => assert.equal(folded(name), name));

test('http.route takes the place of the path, and completes a bare method', () => {
  const route = { 'http.route': '/users/{userId}' };
  assert.equal(folded('GET /users/ada', route), 'GET /users/{userId}');
  assert.equal(folded('GET', route), 'GET /users/{userId}');
  assert.equal(folded('HTTP GET', route), 'GET /users/{userId}');
  assert.equal(folded('/users/ada', route), '/users/{userId}');
});

test('a name that holds the route, or is no path, stays as it is', () => {
  const route = { 'http.route': '/users/{userId}' };
  assert.equal(folded('POST /users/{userId}', route), 'POST /users/{userId}');
  assert.equal(folded('cached /users/{userId}', route), 'cached /users/{userId}');
  assert.equal(folded('UserController.show', route), 'UserController.show');
});
