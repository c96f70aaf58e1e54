import { stat, writeFile } from 'node:fs/promises';
import { isStdout } from './command-line.ts';

/**
 * What a command found out: as JSON where `--json` asks for it, in a file or in place of the text.
 * `value` is only made where it is wanted.
 */
export async function writeOutcome(
  json: string | true | undefined,
  { text, value }: Readonly<{ text: () => string; value: () => unknown }>,
): Promise<void> {
  const rendered = () => `${JSON.stringify(value(), null, 2)}\n`;
  if (json !== undefined && isStdout(json)) {
    process.stdout.write(rendered());
    return;
  }
  process.stdout.write(text());
  if (json !== undefined) await writeResult(json, rendered());
}

/** Writes the file that a flag asked for, and says so. */
export async function writeResult(file: string, content: string): Promise<void> {
  await writeFile(file, content);
  await tellWritten(file);
}

/** One line on stderr, so that what is piped on from stdout stays clean. */
export async function tellWritten(file: string): Promise<void> {
  const { size } = await stat(file);
  process.stderr.write(`wrote ${file} (${formatBytes(size)})\n`);
}

const UNITS = ['kB', 'MB', 'GB'] as const;

/** Decimal units, three significant digits: `812 B`, `45.6 kB`, `1.20 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  let size = bytes;
  let unit: string = 'B';
  for (const next of UNITS) {
    if (size < 999.5) break;
    size /= 1_000;
    unit = next;
  }
  return `${size.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)} ${unit}`;
}
