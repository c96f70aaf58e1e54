/**
 * Counts lines by other means than the server: it looks for the query as an escaped regular
 * expression in one line at a time, where the server searches the complete lowered text. Agreement of
 * the two is worth something because they share no code, not even the rule for letter case: this
 * one compares upper-case forms, character by character. (They differ for a few letters, such as
 * the Turkish İ, that no single letter is the lower-case form of.)
 */
export function countLinesWith(query: string, lines: readonly string[]): number {
  const pattern = new RegExp(query.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'i');
  return lines.reduce((count, line) => (pattern.test(line) ? count + 1 : count), 0);
}

/** Bytes as text: UTF-8 where they are that, else ISO-8859-1, which every byte is. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** The lines of a text; what follows the last line feed is one if there is anything. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
