import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { freeMemory } from '../../../services/server/content-memory.ts';

describe('freeMemory', () => {
  test('frees each piece, and so what was cut from it', () => {
    const pieces = [Buffer.alloc(70_000, 'a'), Buffer.allocUnsafeSlow(6).fill('b')];
    const cut = pieces[0]?.subarray(10, 20);
    freeMemory(pieces);
    assert.deepEqual(
      [...pieces, cut].map((piece) => piece?.length),
      [0, 0, 0],
    );
    assert.ok(pieces.every(({ buffer }) => (buffer as ArrayBuffer).detached));
  });

  test('leaves a piece that shares its memory with others', () => {
    const others = Buffer.from('to be, or not to be');
    const start = others.subarray(0, 5);
    const end = others.subarray(10);
    freeMemory([start, end]);
    assert.equal(String(others), 'to be, or not to be');
    assert.equal(String(start), 'to be');
  });

  test('can be asked again, and of no bytes', () => {
    const piece = Buffer.alloc(70_000, 'a');
    freeMemory([piece]);
    freeMemory([piece, Buffer.alloc(0)]);
    assert.equal(piece.length, 0);
  });
});
