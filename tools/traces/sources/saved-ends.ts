import { tryJson } from './json-documents.ts';
import type { SourceDescription } from './source.ts';
import { type End, FORMAT, FORMAT_VERSION, type HeadLine } from './trace-lines.ts';
import { show } from './unreadable.ts';

export type Head = Readonly<{ source: SourceDescription; readAtMs: number | null }>;

/** Where the saved traces came from. Rejects where the line is no head of this format. */
export async function parseHead(line: string, path: string): Promise<Head> {
  const value = tryJson(line);
  const head = isPlainHead(value) ? value : (await import('./saved-schema.ts')).headOf(value);
  if (head !== null) {
    const { source, readAt } = head;
    return { source, readAtMs: readAt == null ? null : Date.parse(readAt) };
  }
  throw new Error(
    `${path}, line 1: ${show(line)} is not the head of a file of saved traces; allowed: a file that compare --save wrote, version ${FORMAT_VERSION}`,
  );
}

/** The last line; null where it is another one. */
export const parseEnd = async (value: unknown): Promise<End | null> =>
  isPlainEnd(value) ? value : (await import('./saved-schema.ts')).endOf(value);

/*
 * Both lines just as compare --save writes them. A schema may accept more, but its library takes
 * longer to load than a small file to read: it is asked only where these say no.
 */

function isPlainHead(value: unknown): value is HeadLine {
  if (!isObject(value) || value.format !== FORMAT || value.version !== FORMAT_VERSION) return false;
  return isSource(value.source) && (value.readAt === null || isTimestamp(value.readAt));
}

const isPlainEnd = (value: unknown): value is End =>
  isObject(value) &&
  value.end === FORMAT &&
  Number.isSafeInteger(value.traces) &&
  Number(value.traces) >= 0 &&
  isTextOrNull(value.truncated) &&
  value.deviations === undefined &&
  value.sample === undefined;

const MEMBERS = ['kind', 'format', 'name', 'local', 'since', 'until', 'instrument'];

const isSource = (value: unknown): value is SourceDescription =>
  isObject(value) &&
  Object.keys(value).every((name) => MEMBERS.includes(name)) &&
  ['cloud-trace', 'bigquery', 'saved-file', 'file', 'memory'].some((kind) => kind === value.kind) &&
  (value.format === undefined || typeof value.format === 'string') &&
  typeof value.name === 'string' &&
  typeof value.local === 'boolean' &&
  isTextOrNull(value.since) &&
  isTextOrNull(value.until) &&
  (value.instrument === undefined || typeof value.instrument === 'string');

const isTimestamp = (value: unknown): boolean => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) && new Date(ms).toISOString() === value;
};

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
