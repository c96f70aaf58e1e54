import { AppError } from '../../lib/errors.ts';
import { createByteAccount, type Lease } from './byte-account.ts';
import { tooLarge, type WorksLimits } from './limits.ts';
import type { ObjectRef } from './listing.ts';

/** Memory for what a load unpacks, which the listing does not announce. */
export type LoadRoom = Readonly<{
  /** Throws AppError where the texts come to more than may be searched, or memory holds no more. */
  unpack(ref: ObjectRef, bytes: number): void;
}>;

/**
 * A text's bytes, and its string at two bytes a character. For a while it is both, piece by piece
 * from one to the other.
 */
const MEMORY_PER_TEXT_BYTE = 3;

/** Memory that all works may take: the most text that is allowed, and its bytes compressed. */
export function memoryFor(limits: WorksLimits): number {
  return (MEMORY_PER_TEXT_BYTE + 1) * limits.bytes;
}

/** The memory that an object takes while it is read; of a compressed one, as far as it is known. */
export function memoryToRead(ref: ObjectRef, textBytes = ref.gzip ? 0 : ref.size): number {
  return MEMORY_PER_TEXT_BYTE * textBytes + (ref.gzip ? ref.size : 0);
}

/** A load that unpacked more than there was room for beside what others hold. */
export class NoRoom extends AppError {
  constructor(name: string) {
    super(
      'unavailable',
      `there is no memory for object ${JSON.stringify(name)} beside the texts that are held already`,
    );
  }
}

/** The room of one load: its lease, which may grow, and the limit on all texts. */
export function createLoadRoom(options: {
  lease: Lease;
  limits: WorksLimits;
  toRead: readonly ObjectRef[];
  /** Of the texts that need not be read. */
  knownTextBytes: number;
}): LoadRoom {
  const { lease, limits, toRead, knownTextBytes } = options;
  let textBytes = toRead.reduce((sum, ref) => sum + (ref.gzip ? 0 : ref.size), knownTextBytes);
  let memoryBytes = toRead.reduce((sum, ref) => sum + memoryToRead(ref), 0);
  return {
    unpack(ref, bytes) {
      textBytes += bytes;
      if (textBytes > limits.bytes) throw tooLarge(limits, ref.name);
      memoryBytes += MEMORY_PER_TEXT_BYTE * bytes;
      const missing = memoryBytes - lease.bytes();
      if (missing > 0 && !lease.grow(missing)) throw new NoRoom(ref.name);
    },
  };
}

/** For a caller that reads one object alone: bounded by the limit on all texts. */
export function createRoomAlone(ref: ObjectRef, limits: WorksLimits): LoadRoom {
  const lease = createByteAccount(memoryFor(limits)).takeNone();
  return createLoadRoom({ lease, limits, toRead: [ref], knownTextBytes: 0 });
}
