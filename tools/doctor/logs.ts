import { LOG_FIELD } from '../../lib/telemetry/log-fields.ts';
import { UsageError } from '../cli/command-line.ts';
import { type Line, readNumberedLines } from '../traces/sources/text-lines.ts';

/** One log line, in the shape that the programs write or that Cloud Logging exports. */
export type LogLine = Readonly<{
  /** `FILE:LINE`, or `FILE[INDEX]` of an exported array. */
  where: string;
  /** Null where the line is no JSON object: then nothing can link it. */
  fields: Readonly<Record<string, unknown>> | null;
  message: string;
  trace: string | undefined;
  spanId: string | undefined;
  sampled: boolean | undefined;
}>;

export type LogsRead = Readonly<{
  lines: readonly LogLine[];
  /** Where the file ends in the middle of its last line, in words. */
  cutShort: string | null;
}>;

/**
 * Reads a file of JSON lines (what the programs print) or a JSON array of log entries (what
 * `gcloud logging read --format=json` prints). Throws with the file's name where it cannot.
 */
export async function readLogs(file: string, signal: AbortSignal): Promise<LogsRead> {
  const texts: Line[] = [];
  try {
    for await (const line of readNumberedLines(file, signal)) {
      if (line.text.trim() !== '') texts.push(line);
    }
  } catch (cause) {
    // It names the file itself; what is bad usage stays that.
    if (cause instanceof UsageError) throw new UsageError(`--logs: ${cause.message}`, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`--logs: ${why}`, { cause });
  }
  if (texts[0]?.text.trimStart().startsWith('[')) {
    return { lines: parseEntries(texts, file), cutShort: null };
  }
  const lines = texts.map(({ text, number }) => parseLogLine(text, `${file}:${number}`));
  const last = texts.at(-1);
  if (last === undefined || lines.at(-1)?.fields !== null || !/^\s*\{/.test(last.text)) {
    return { lines, cutShort: null };
  }
  const cutShort = `${file} is cut off in line ${last.number}; what is before it was read`;
  return { lines: lines.slice(0, -1), cutShort };
}

function parseEntries(texts: readonly Line[], file: string): readonly LogLine[] {
  let entries: unknown;
  try {
    entries = JSON.parse(texts.map(({ text }) => text).join('\n'));
  } catch {
    // What JSON.parse says names no line of the file.
  }
  if (Array.isArray(entries)) {
    return entries.map((entry: unknown, index) => toLogLine(entry, `${file}[${index}]`, ''));
  }
  throw new Error(
    `cannot read the log file ${file}: line ${texts[0]?.number} begins an array that does not end ` +
      'or is not JSON; allowed: JSON lines, or the array that gcloud logging read --format=json prints',
  );
}

export function parseLogLine(text: string, where: string): LogLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What is no JSON is a finding, not a failure of reading.
  }
  return toLogLine(value, where, text);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toLogLine(value: unknown, where: string, text: string): LogLine {
  if (!isObject(value)) {
    const none = { trace: undefined, spanId: undefined, sampled: undefined };
    return { where, fields: null, message: text, ...none };
  }
  // Cloud Logging moves the linking fields to the entry's top and the rest into jsonPayload.
  const payload = isObject(value.jsonPayload) ? value.jsonPayload : {};
  const fields = { ...value, ...payload };
  const firstText = (...candidates: unknown[]) =>
    candidates.find((candidate): candidate is string => typeof candidate === 'string');
  const sampled = fields[LOG_FIELD.sampled] ?? value.traceSampled;
  return {
    where,
    fields: 'textPayload' in value ? null : fields,
    message: firstText(fields.message, value.textPayload) ?? '',
    trace: firstText(fields[LOG_FIELD.trace], value.trace),
    spanId: firstText(fields[LOG_FIELD.spanId], value.spanId),
    sampled: typeof sampled === 'boolean' ? sampled : undefined,
  };
}
