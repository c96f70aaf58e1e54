import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paddedId, requiredPaddedId } from '../../../../tools/traces/sources/padded-id.ts';

const SPAN = { digits: 16, base: 16 } as const;
const TRACE = { digits: 32, base: 16 } as const;
const DECIMAL = { digits: 16, base: 10 } as const;

test('an id without its leading zeros gets them back, in lower case', () => {
  assert.equal(paddedId({ id: '1A2b' }, 'id', SPAN), '0000000000001a2b');
  assert.equal(paddedId({ id: '463ac35c9f6413ad' }, 'id', TRACE)?.length, 32);
});

test('a decimal id is the same number in hexadecimal digits', () => {
  assert.equal(paddedId({ id: '18446744073709551615' }, 'id', DECIMAL), 'f'.repeat(16));
  assert.equal(paddedId({ id: 255 }, 'id', DECIMAL), '00000000000000ff');
});

test('an absent, an empty and a zero id are none', () => {
  for (const id of [undefined, null, '', '0', '000']) {
    assert.equal(paddedId({ id }, 'id', SPAN), null);
    assert.throws(() => requiredPaddedId({ id }, 'id', SPAN), /id is .*; allowed: .*, not 0$/);
  }
  assert.equal(paddedId({ id: 0 }, 'id', DECIMAL), null);
});

test('what the model has no room for is refused, and so is what is no id', () => {
  for (const [id, form] of [
    ['1'.repeat(17), SPAN],
    ['0x1f', SPAN],
    [31, SPAN],
    ['18446744073709551616', DECIMAL],
    ['-1', DECIMAL],
    ['1f', DECIMAL],
    [2 ** 60, DECIMAL],
  ] as const) {
    assert.throws(() => paddedId({ id }, 'id', form), /^UnreadableError: id is .*; allowed: /);
  }
});
