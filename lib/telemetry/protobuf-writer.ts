import { BufferBlocks } from './buffer-blocks.ts';

const varintTag = (field: number): number => field << 3;
const fixed64Tag = (field: number): number => (field << 3) | 1;
const bytesTag = (field: number): number => (field << 3) | 2;
const fixed32Tag = (field: number): number => (field << 3) | 5;

const FIRST_BYTES = 64 * 1024;
/** Of one varint, with the tag before it. */
const MAX_VARINT_BYTES = 12;
/** A text that is shorter is copied faster here than by a call out of JavaScript. */
const SHORT_TEXT = 48;
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
  readonly #blocks = new BufferBlocks();

  /** Forgets what was begun and not finished: what is written may throw. */
  clear(): void {
    this.#length = 0;
  }

  /** A copy of what was written so far; the writer begins again. */
  finish(): Buffer {
    const written = this.#blocks.take(this.#length);
    this.#bytes.copy(written, 0, 0, this.#length);
    this.#length = 0;
    return written;
  }

  /** A copy of what was written from there on; the writer goes on. */
  copyFrom(start: number): Buffer {
    const written = Buffer.allocUnsafeSlow(this.#length - start);
    this.#bytes.copy(written, 0, start, this.#length);
    return written;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Of an int32, int64, bool or enum. What an int64 cannot hold becomes the nearest that it can. */
  integer(field: number, value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    this.#varint(varintTag(field));
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) this.#varint(value);
    else this.#bigVarint(value);
  }

  text(field: number, value: string): void {
    this.#reserve(MAX_VARINT_BYTES + SHORT_TEXT);
    this.#varint(bytesTag(field));
    if (this.#shortText(value)) return;
    const size = Buffer.byteLength(value);
    this.#reserve(MAX_VARINT_BYTES + size);
    this.#varint(size);
    this.#length += this.#bytes.write(value, this.#length, size, encodingOf(value, size));
  }

  /** A message of one field, number 1, that is a text. */
  textMessage(field: number, value: string): void {
    const start = this.begin(field);
    this.text(1, value);
    this.end(start);
  }

  /** Bytes that are given as hex digits, two each. */
  hex(field: number, digits: string): void {
    const size = digits.length >> 1;
    this.#reserve(MAX_VARINT_BYTES + size);
    this.#varint(bytesTag(field));
    this.#varint(size);
    this.#bytes.write(digits, this.#length, size, 'hex');
    this.#length += size;
  }

  /** The lower and the upper half of a fixed64. */
  fixed64(field: number, low: number, high: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    this.#varint(fixed64Tag(field));
    this.#uint32(low);
    this.#uint32(high);
  }

  double(field: number, value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    this.#varint(fixed64Tag(field));
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  fixed32(field: number, value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    this.#varint(fixed32Tag(field));
    this.#uint32(value);
  }

  /** Fields that are encoded already: these bytes, from `start` up to `end`. */
  raw(fields: Buffer, start = 0, end = fields.length): void {
    this.#reserve(end - start);
    this.#length += fields.copy(this.#bytes, this.#length, start, end);
  }

  /** Part of a field's content: a text of ASCII only, such as an id. */
  ascii(value: string): void {
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i += 1) this.#bytes[this.#length++] = value.charCodeAt(i);
  }

  /** Begins a message of this size. Its content comes next. */
  header(field: number, size: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    this.#varint(bytesTag(field));
    this.#varint(size);
  }

  /** Begins a message. What is written before `end(start)` is its content. */
  begin(field: number): number {
    this.#reserve(MAX_VARINT_BYTES);
    this.#varint(bytesTag(field));
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

  /** Size and content of a text of a few characters of ASCII; false where it is another. */
  #shortText(value: string): boolean {
    const size = value.length;
    if (size >= SHORT_TEXT) return false;
    const bytes = this.#bytes;
    const start = this.#length + 1;
    for (let i = 0; i < size; i += 1) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      bytes[start + i] = code;
    }
    bytes[start - 1] = size;
    this.#length = start + size;
    return true;
  }

  #uint32(value: number): void {
    for (let bits = 0; bits < 32; bits += 8) this.#bytes[this.#length++] = value >>> bits;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.#length + size));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Of what is all ASCII, the faster one. */
const encodingOf = (value: string, size: number) => (size === value.length ? 'latin1' : 'utf8');

export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
