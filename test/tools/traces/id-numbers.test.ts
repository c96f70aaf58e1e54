import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../lib/random.ts';
import { createIdNumbers } from '../../../tools/traces/id-numbers.ts';

const counted = (number: number) => number.toString(16).padStart(32, '0');

test('numbers ids in the order in which they come, each once', () => {
  const random = createRandom(1);
  const digit = () => Math.floor(random() * 16).toString(16);
  const random32 = () => Array.from({ length: 32 }, digit).join('');
  const ids = Array.from({ length: 5_000 }, (_, number) =>
    number % 2 === 0 ? counted(number) : random32(),
  );
  const numbers = createIdNumbers();
  for (const [number, id] of ids.entries()) {
    assert.equal(numbers.find(id), -1);
    assert.equal(numbers.numberOf(id), number);
  }
  assert.equal(numbers.size(), ids.length);
  for (const [number, id] of ids.entries()) {
    assert.equal(numbers.numberOf(id), number);
    assert.equal(numbers.find(id), number);
    assert.equal(numbers.idOf(number), id);
  }
  assert.equal(numbers.size(), ids.length);
});

test('text of another form has a number too', () => {
  const numbers = createIdNumbers();
  const ids = ['t1', counted(1), 'A'.repeat(32), '', 'ä'.repeat(32), `${'0'.repeat(31)}İ`];
  for (const [number, id] of ids.entries()) {
    assert.equal(numbers.numberOf(id), number);
    assert.equal(numbers.find(id), number);
    assert.equal(numbers.idOf(number), id);
  }
  for (let more = 2; more < 3_000; more += 1) numbers.numberOf(counted(more));
  assert.deepEqual(
    ids.map((id) => numbers.find(id)),
    ids.map((_, number) => number),
  );
});

test('the bytes of an id have the number of its text', () => {
  const numbers = createIdNumbers();
  const ids = ['0123456789abcdef'.repeat(2), counted(1), 'f'.repeat(32), counted(256)];
  for (const [number, id] of ids.entries()) {
    const bytes = Buffer.from(`"${id}"`);
    assert.equal(numbers.numberOfBytes(bytes, 1, 33), number);
    assert.equal(numbers.numberOfBytes(bytes, 1, 33), number);
    assert.equal(numbers.numberOf(id), number);
    assert.equal(numbers.idOf(number), id);
  }
});

test('bytes that are no id have no number, and take none', () => {
  const numbers = createIdNumbers();
  const id = counted(1);
  const others = [
    id.slice(1),
    `${id}0`,
    '0'.repeat(32),
    `${id.slice(1)}A`,
    `g${id.slice(1)}`,
    `${id.slice(1)}\\`,
    `\u00e9${id.slice(2)}`,
    '',
  ];
  for (const other of others) {
    const bytes = Buffer.from(other);
    assert.equal(numbers.numberOfBytes(bytes, 0, bytes.length), -1, other);
  }
  // Also where the bytes behind them would be digits.
  assert.equal(numbers.numberOfBytes(Buffer.from(`${id}${id}`), 0, 31), -1);
  assert.equal(numbers.size(), 0);
});
