import type { Members } from '../members.ts';
import { UnreadableError, within } from '../unreadable.ts';
import { type Field, MESSAGES, type MessageName } from './protobuf-fields.ts';

/** How a field's value is laid out. https://protobuf.dev/programming-guides/encoding */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH = 2;
const FIXED_32 = 5;

const WIRE: Readonly<Record<Field['as'], readonly number[]>> = {
  text: [LENGTH],
  bytes: [LENGTH],
  message: [LENGTH],
  int64: [VARINT],
  // Flags are a fixed32, counts and enums a varint.
  number: [VARINT, FIXED_32],
  bool: [VARINT],
  double: [FIXED_64],
  fixed64: [FIXED_64],
};

/** Protobuf's own limit on messages within messages. */
const DEEPEST = 100;

/** Where a message ends before its last field does. */
class CutMessageError extends Error {}

/**
 * A request in protobuf as the members that its JSON has, so that one decoder reads both. Fields that
 * nobody knows become members that nobody knows; `bytes` stay bytes. `isCut`: the bytes end within a
 * resource's spans, which are left out. Throws UnreadableError where they are no request.
 */
export function decodeRequest(bytes: Buffer): Readonly<{ value: Members; isCut: boolean }> {
  const length = lengthOfComplete(bytes);
  const value = decodeMessage(bytes.subarray(0, length), { name: 'request', depth: 0 });
  return { value, isCut: length < bytes.length };
}

function lengthOfComplete(bytes: Buffer): number {
  let complete = 0;
  try {
    while (complete < bytes.length) complete = fieldAt(bytes, complete).end;
  } catch (error) {
    if (!(error instanceof CutMessageError)) throw error;
  }
  return complete;
}

type At = Readonly<{ name: MessageName; depth: number }>;

function decodeMessage(bytes: Buffer, { name, depth }: At): Members {
  if (depth > DEEPEST) throw new UnreadableError('', `nests deeper than ${DEEPEST} messages`);
  const fields: Readonly<Record<number, Field>> = MESSAGES[name];
  const members: Record<string, unknown> = {};
  // An empty list takes no bytes; JSON would say it.
  for (const { member, isList } of Object.values(fields)) if (isList) members[member] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = fieldAt(bytes, at);
    const field = fields[value.field];
    at = value.end;
    if (field === undefined) {
      members[`field ${value.field}`] = true;
      continue;
    }
    const read = () => contentOf(value, field, depth);
    if (!field.isList) members[field.member] = within(field.member, read);
    else {
      const list = members[field.member] as unknown[];
      list.push(within(`${field.member}[${list.length}]`, read));
    }
  }
  return members;
}

type Value = Readonly<{
  field: number;
  wire: number;
  end: number;
  number: bigint;
  bytes: Buffer;
}>;

const NO_BYTES = Buffer.alloc(0);

function fieldAt(bytes: Buffer, at: number): Value {
  const { value: tag, end: from } = varintAt(bytes, at);
  const [field, wire] = [Number(tag >> 3n), Number(tag & 7n)];
  if (wire === VARINT) {
    const { value, end } = varintAt(bytes, from);
    return { field, wire, end, number: value, bytes: NO_BYTES };
  }
  const begin = wire === LENGTH ? varintAt(bytes, from) : { value: 0n, end: from };
  const sizes: Readonly<Record<number, number>> = {
    [FIXED_64]: 8,
    [FIXED_32]: 4,
    [LENGTH]: Number(begin.value),
  };
  const size = sizes[wire];
  if (size === undefined) throw new UnreadableError('', 'is no protobuf');
  const end = begin.end + size;
  if (end > bytes.length) throw new CutMessageError();
  return { field, wire, end, number: 0n, bytes: bytes.subarray(begin.end, end) };
}

function varintAt(bytes: Buffer, from: number): Readonly<{ value: bigint; end: number }> {
  let value = 0n;
  for (let at = from, shift = 0n; shift < 70n; at += 1, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) throw new CutMessageError();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + 1 };
  }
  throw new UnreadableError('', 'is no protobuf');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function contentOf({ wire, number, bytes }: Value, { as, of }: Field, depth: number): unknown {
  if (!WIRE[as].includes(wire)) throw new UnreadableError('', 'is of another type');
  switch (as) {
    case 'message':
      return inside(() => decodeMessage(bytes, { name: of as MessageName, depth: depth + 1 }));
    case 'bytes':
      return bytes;
    case 'text':
      return textOf(bytes);
    case 'bool':
      return number !== 0n;
    case 'number':
      return wire === FIXED_32 ? bytes.readUInt32LE() : Number(number);
    case 'int64':
      return String(BigInt.asIntN(64, number));
    case 'double':
      return bytes.readDoubleLE();
    case 'fixed64':
      return String(bytes.readBigUInt64LE());
  }
}

/** What ends too early within bytes that are all there is no cut but damage. */
function inside(read: () => Members): Members {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CutMessageError)) throw error;
    throw new UnreadableError('', 'ends before its last field does', { cause: error });
  }
}

function textOf(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch (cause) {
    throw new UnreadableError('', 'is not UTF-8', { cause });
  }
}
