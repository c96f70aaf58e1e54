/**
 * CRC-32C (Castagnoli), the checksum of Cloud Storage's listings. The library's own takes eight times
 * as long: a fifth of the CPU that reading the works for each request takes.
 *
 * Sixteen bytes a step, each by a table for its distance from the end of the step ("slicing-by-16",
 * after Kounavis and Berry 2005).
 */

/** Of the polynomial 0x1EDC6F41, the lowest bit first. */
const POLYNOMIAL = 0x82f63b78;
const STEP = 16;

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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - (bytes.length % STEP);
  let crc = before;
  for (let at = 0; at < end; at += STEP) {
    crc =
      ofFour(12, crc ^ view.getInt32(at, true)) ^
      ofFour(8, view.getInt32(at + 4, true)) ^
      ofFour(4, view.getInt32(at + 8, true)) ^
      ofFour(0, view.getInt32(at + 12, true));
  }
  for (let at = end; at < bytes.length; at += 1) {
    crc = entry(0, (crc ^ (bytes[at] as number)) & 0xff) ^ (crc >>> 8);
  }
  return crc;
}

/** What four bytes add, with so many bytes between them and the end of the step. */
const ofFour = (behind: number, four: number): number =>
  entry(behind + 3, four & 0xff) ^
  entry(behind + 2, (four >>> 8) & 0xff) ^
  entry(behind + 1, (four >>> 16) & 0xff) ^
  entry(behind, four >>> 24);

const entry = (table: number, byte: number): number => TABLES[(table << 8) | byte] as number;

/** One after another: what a byte adds to the checksum when 0 to 15 bytes follow it. */
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
