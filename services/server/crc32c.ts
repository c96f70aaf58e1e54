/**
 * CRC-32C (Castagnoli), the checksum of Cloud Storage's listings. The library's own takes five times
 * as long, and reading the works for each request spends a fifth of its CPU there.
 *
 * Eight bytes a step, each by a table for its distance from the end of the step ("slicing-by-8",
 * Kounavis and Berry 2005).
 */

/** Of the polynomial 0x1EDC6F41, the lowest bit first. */
const POLYNOMIAL = 0x82f63b78;
const STEP = 8;

const TABLES = createTables();

/** The checksum of all pieces together, base64 of four bytes, as listings have it. */
export function crc32c(pieces: Iterable<Uint8Array>): string {
  let crc = -1;
  for (const piece of pieces) crc = update(crc, piece);
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(~crc);
  return bytes.toString('base64');
}

function update(before: number, bytes: Uint8Array): number {
  let crc = before;
  let at = 0;
  for (const last = bytes.length - STEP; at <= last; at += STEP) {
    const first =
      crc ^
      (byteAt(bytes, at) |
        (byteAt(bytes, at + 1) << 8) |
        (byteAt(bytes, at + 2) << 16) |
        (byteAt(bytes, at + 3) << 24));
    crc =
      entry(7, first & 0xff) ^
      entry(6, (first >>> 8) & 0xff) ^
      entry(5, (first >>> 16) & 0xff) ^
      entry(4, first >>> 24) ^
      entry(3, byteAt(bytes, at + 4)) ^
      entry(2, byteAt(bytes, at + 5)) ^
      entry(1, byteAt(bytes, at + 6)) ^
      entry(0, byteAt(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) {
    crc = entry(0, (crc ^ byteAt(bytes, at)) & 0xff) ^ (crc >>> 8);
  }
  return crc;
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] as number;
const entry = (table: number, byte: number): number => TABLES[(table << 8) | byte] as number;

/** One after another: what a byte adds to the checksum when 0 to 7 bytes follow it. */
function createTables(): Int32Array {
  const tables = new Int32Array(STEP * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at += 1) {
    const shorter = tables[at - 256] as number;
    tables[at] = (tables[shorter & 0xff] as number) ^ (shorter >>> 8);
  }
  return tables;
}
