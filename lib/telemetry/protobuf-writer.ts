const varintTag = (field: number): number => field << 3;
const bytesTag = (field: number): number => (field << 3) | 2;

const FIRST_BYTES = 64 * 1024;
/** Of one varint, with the tag before it. */
const MAX_VARINT_BYTES = 11;
/** A text that is shorter is copied faster here than by a call out of JavaScript. */
const SHORT_TEXT = 24;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Writes protobuf messages one after the other into one buffer. protobufjs checks and copies each
 * message into an object, makes a list of operations of that, and performs them: for Cloud Trace that
 * took more CPU than all else in an export.
 * https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  /** A copy of what was written so far; the writer begins again. */
  finish(): Buffer {
    const written = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return written;
  }

  /** Of an int32, int64, bool or enum. What an int64 cannot hold becomes the nearest that it can. */
  integer(field: number, value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    this.#bytes[this.#length++] = varintTag(field);
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) this.#varint(value);
    else this.#bigVarint(value);
  }

  text(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.#reserve(MAX_VARINT_BYTES + size);
    this.#bytes[this.#length++] = bytesTag(field);
    this.#varint(size);
    this.#text(value, size);
  }

  /** A message of one field, number 1, that is a text. */
  textMessage(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.#reserve(2 * MAX_VARINT_BYTES + size);
    this.#bytes[this.#length++] = bytesTag(field);
    this.#varint(1 + sizeOfVarint(size) + size);
    this.#bytes[this.#length++] = bytesTag(1);
    this.#varint(size);
    this.#text(value, size);
  }

  /** Fields that are encoded already. */
  raw(fields: Uint8Array): void {
    this.#reserve(fields.length);
    this.#bytes.set(fields, this.#length);
    this.#length += fields.length;
  }

  /** Begins a message. What is written before `end(start)` is its content. */
  begin(field: number): number {
    this.#reserve(2);
    this.#bytes[this.#length++] = bytesTag(field);
    this.#length += 1;
    return this.#length;
  }

  /** The size stands before the content. One byte was left for it; a longer one moves the content. */
  end(start: number): void {
    const size = this.#length - start;
    const more = sizeOfVarint(size) - 1;
    if (more > 0) {
      this.#reserve(more);
      this.#bytes.copyWithin(start + more, start, this.#length);
    }
    this.#length = start - 1;
    this.#varint(size);
    this.#length += size;
  }

  #varint(value: number): void {
    let rest = value;
    // Bit operations are of 32 bits.
    for (; rest > 0x7f_ff_ff_ff; rest = Math.floor(rest / 128)) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
    }
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  #bigVarint(value: number): void {
    const exact = Number.isFinite(value) ? BigInt(value) : 0n;
    const held = exact > INT64_MAX ? INT64_MAX : exact < INT64_MIN ? INT64_MIN : exact;
    let rest = BigInt.asUintN(64, held);
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  #text(value: string, size: number): void {
    if (size === value.length && size < SHORT_TEXT) {
      for (let i = 0; i < size; i += 1) this.#bytes[this.#length + i] = value.charCodeAt(i);
    } else this.#bytes.write(value, this.#length, size, size === value.length ? 'latin1' : 'utf8');
    this.#length += size;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.#length + size));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
