/** Field 1 and field 2 of a message, if they are messages. */
const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;

/**
 * Whether a file begins as OTLP in protobuf does: as a request by itself, or as in the file of the
 * collector's file exporter, with four bytes of length before each. The messages are recognised
 * by how they nest: request → resource and its spans → resource → attribute, or → scope → spans.
 */
export const isOtlpProtobuf = (begin: Buffer): boolean =>
  // Text has no control bytes but white space; the length of an id, which comes soon, is one.
  begin.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20)) &&
  (isRequest(begin) || isRequest(begin.subarray(4)));

/** The same of the request itself. */
export function isRequest(bytes: Buffer): boolean {
  const resourceSpans = messageAt(bytes, 0);
  if (resourceSpans?.tag !== FIELD_1) return false;
  const first = messageAt(bytes, resourceSpans.from);
  if (first === null || first.from + first.length > resourceSpans.from + resourceSpans.length) {
    return false;
  }
  const inner = messageAt(bytes, first.from);
  if (inner === null || inner.from + inner.length > first.from + first.length) return false;
  if (first.tag === FIELD_1) return inner.tag === FIELD_1;
  return first.tag === FIELD_2 && (inner.tag === FIELD_1 || inner.tag === FIELD_2);
}

/** The tag of a field, and where its content is by the length before it. */
function messageAt(
  bytes: Buffer,
  at: number,
): Readonly<{ tag: number; from: number; length: number }> | null {
  const tag = bytes[at];
  if (tag === undefined) return null;
  let length = 0;
  for (let byteAt = at + 1, shift = 0; shift < 35; byteAt += 1, shift += 7) {
    const byte = bytes[byteAt];
    if (byte === undefined) return null;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { tag, from: byteAt + 1, length };
  }
  return null;
}
