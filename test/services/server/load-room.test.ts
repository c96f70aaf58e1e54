import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createByteAccount } from '../../../services/server/byte-account.ts';
import type { ObjectRef } from '../../../services/server/listing.ts';
import { createLoadRoom, memoryFor, memoryToRead } from '../../../services/server/load-room.ts';

const limits = { objects: 10, bytes: 100 };
const ref = (name: string, size: number, gzip = false): ObjectRef => ({
  name,
  generation: '1',
  size,
  crc32c: '',
  gzip,
});

function start(options: { toRead: ObjectRef[]; leaseBytes: number; othersBytes?: number }) {
  const { toRead, leaseBytes, othersBytes = 0 } = options;
  const account = createByteAccount(memoryFor(limits));
  account.take(othersBytes);
  const lease = account.take(leaseBytes);
  assert.ok(lease);
  const room = createLoadRoom({ lease, limits, toRead, knownTextBytes: 0 });
  return { account, lease, room };
}

describe('createLoadRoom', () => {
  test('takes memory piece by piece as a compressed text is unpacked', () => {
    const packed = ref('a', 10, true);
    const { lease, room } = start({ toRead: [packed], leaseBytes: memoryToRead(packed) });
    assert.equal(lease.bytes(), 10);
    room.unpack(packed, 20);
    assert.equal(lease.bytes(), 10 + 3 * 20);
    room.unpack(packed, 80);
    assert.equal(lease.bytes(), 10 + 3 * 100);
  });

  test('takes nothing more while its lease suffices', () => {
    const packed = ref('a', 10, true);
    const { lease, room } = start({ toRead: [packed], leaseBytes: memoryToRead(packed, 50) });
    room.unpack(packed, 50);
    assert.equal(lease.bytes(), 160);
  });

  test('refuses more text than may be searched, by name, with all texts of the load', () => {
    const packed = ref('b', 10, true);
    const { room, lease } = start({ toRead: [ref('a', 60), packed], leaseBytes: 300 });
    room.unpack(packed, 40);
    const before = lease.bytes();
    assert.throws(() => room.unpack(packed, 1), {
      kind: 'failedPrecondition',
      message: /up to object "b"; allowed: 10 objects with 100 bytes in all/,
    });
    assert.equal(lease.bytes(), before, 'and takes no memory for it');
  });

  test('refuses without waiting what has no room beside others, by name', () => {
    const packed = ref('a', 10, true);
    const { account, room } = start({ toRead: [packed], leaseBytes: 10, othersBytes: 360 });
    room.unpack(packed, 10);
    assert.throws(() => room.unpack(packed, 1), {
      kind: 'unavailable',
      message: /no memory for object "a" beside the texts that are held already/,
    });
    assert.equal(account.takenBytes(), 400);
  });
});

describe('memoryToRead', () => {
  test('is three times the text, and what is compressed beside it', () => {
    assert.equal(memoryToRead(ref('a', 10)), 30);
    assert.equal(memoryToRead(ref('a', 10, true)), 10);
    assert.equal(memoryToRead(ref('a', 10, true), 20), 70);
  });

  test('fits the most that is allowed', () => {
    assert.ok(memoryToRead(ref('a', limits.bytes, true), limits.bytes) <= memoryFor(limits));
  });
});
