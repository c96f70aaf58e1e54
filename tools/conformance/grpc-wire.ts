/**
 * The two messages of proto/shakesapp.proto by hand: what a library would refuse to send, or would
 * read with forbearance, is to be seen as it is.
 */
export function encodeRequest(query: string | Buffer): Buffer {
  const bytes = Buffer.from(query as string);
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from([0x0a, ...varint(BigInt(bytes.length))]), bytes]);
}

export function encodeResponse(count: bigint): Buffer {
  if (count === 0n) return Buffer.alloc(0);
  return Buffer.from([0x08, ...varint(BigInt.asUintN(64, count))]);
}

/** The query of a request, or that the bytes are no such message. */
export function decodeRequest(bytes: Buffer): { query: string } | { malformed: string } {
  if (bytes.length === 0) return { query: '' };
  const malformed = `a message that is not a ShakespeareRequest (bytes ${bytes.toString('hex').slice(0, 40)})`;
  try {
    const { value, next } = readVarint(bytes, 1);
    if (bytes[0] !== 0x0a || bytes.length !== next + Number(value)) return { malformed };
    return { query: bytes.toString('utf8', next) };
  } catch {
    return { malformed };
  }
}

/** `match_count`: the int64 in field 1, or what else the bytes are. */
export function decodeResponse(bytes: Buffer): bigint | string {
  if (bytes.length === 0) return 0n;
  if (bytes[0] !== 0x08) {
    return `a message without an int64 in field 1 (bytes ${bytes.toString('hex').slice(0, 40)})`;
  }
  return BigInt.asIntN(64, readVarint(bytes, 1).value);
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function readVarint(bytes: Buffer, start: number): { value: bigint; next: number } {
  let value = 0n;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw new Error(`a number without an end: ${bytes.toString('hex').slice(0, 40)}`);
}
