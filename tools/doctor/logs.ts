import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

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

/**
 * Reads a file of JSON lines (what the programs print) or a JSON array of log entries (what
 * `gcloud logging read --format=json` prints). Throws with the file's name where it cannot.
 */
export async function readLogs(file: string): Promise<readonly LogLine[]> {
  try {
    return (await startsWith(file, '[')) ? await readEntries(file) : await readLines(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot read the log file ${file}: ${why}`, { cause });
  }
}

async function startsWith(file: string, character: string): Promise<boolean> {
  const input = createReadStream(file, { encoding: 'utf8', highWaterMark: 256 });
  for await (const chunk of input) {
    const first = String(chunk).trimStart()[0];
    if (first !== undefined) return first === character;
  }
  return false;
}

async function readLines(file: string): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
    number += 1;
    if (text.trim() !== '') lines.push(parseLogLine(text, `${file}:${number}`));
  }
  return lines;
}

async function readEntries(file: string): Promise<readonly LogLine[]> {
  const entries: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!Array.isArray(entries)) throw new TypeError('it holds no array');
  return entries.map((entry: unknown, index) => toLogLine(entry, `${file}[${index}]`, ''));
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
  const sampled = fields['logging.googleapis.com/trace_sampled'] ?? value.traceSampled;
  return {
    where,
    fields: 'textPayload' in value ? null : fields,
    message: firstText(fields.message, value.textPayload) ?? '',
    trace: firstText(fields['logging.googleapis.com/trace'], value.trace),
    spanId: firstText(fields['logging.googleapis.com/spanId'], value.spanId),
    sampled: typeof sampled === 'boolean' ? sampled : undefined,
  };
}
