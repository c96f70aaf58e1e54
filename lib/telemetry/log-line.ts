import { excerpt } from './excerpt.ts';

/**
 * Characters of a log line at most. Cloud Logging takes 256 KiB for an entry, and one entry has no use
 * for more than this; what a caller sends must not fill the log either.
 */
export const MAX_LINE = 16_384;

/** What one text of a line that is too long is cut to: less and less, until the line is short enough. */
const TEXT_LENGTHS = [4_096, 1_024, 256, 64];
/** Members of one object or list of a line that is too long. */
const MAX_MEMBERS = 50;
const MAX_DEPTH = 8;

/**
 * A line of JSON, with its line break, as it may be written: one line, whatever it holds; well-formed
 * text, which strict readers of JSON insist on; and at most MAX_LINE characters.
 */
export function toLogLine(line: string): string {
  const written = escapeText(line);
  return written.length <= MAX_LINE ? written : shorten(written);
}

/**
 * JSON leaves control characters of Latin-1 and three line separators of Unicode as they are: some
 * collectors break lines there, and some terminals obey them. It writes half a surrogate pair as an
 * escape, which stands for no character.
 */
function escapeText(line: string): string {
  const plain = line.replaceAll(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  if (!plain.includes('\\ud')) return plain;
  return plain.replaceAll(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (sequence) =>
    sequence.length > 2 ? '\ufffd' : sequence,
  );
}

function shorten(line: string): string {
  const { severity, time, message, ...details } = JSON.parse(line) as Record<string, unknown>;
  // The logger writes the message last, where it would be the first to be left out.
  const value = { severity, time, message, ...details };
  for (const length of TEXT_LENGTHS) {
    const shorter = escapeText(`${JSON.stringify({ ...cut(value, length, 0), cut: true })}\n`);
    if (shorter.length <= MAX_LINE) return shorter;
  }
  return escapeText(
    `${JSON.stringify({ ...cut({ severity, message, time }, 1_024, 0), cut: true })}\n`,
  );
}

function cut(value: unknown, length: number, depth: number): object;
function cut(value: unknown, length: number, depth: number): unknown {
  if (typeof value === 'string') return excerpt(value, length);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  const members = Object.entries(value).slice(0, MAX_MEMBERS);
  const kept = members.map(([key, member]) => [
    key.slice(0, length),
    cut(member, length, depth + 1),
  ]);
  return Array.isArray(value) ? kept.map(([, member]) => member) : Object.fromEntries(kept);
}
