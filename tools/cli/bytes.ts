import { UsageError } from './command-line.ts';

/** As BigQuery's prices and limits count them: powers of ten. */
const UNITS = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
] as const;

/** `10GB`, `1.5TB`, or a number of bytes. Throws UsageError; `flag` names what has the value. */
export function parseBytes(flag: string, value: string): number {
  const [, digits, unit] = /^(\d{1,15}(?:\.\d{1,3})?) ?([kmgt]b)?$/i.exec(value) ?? [];
  const factor = UNITS.find(([name]) => name === unit?.toUpperCase())?.[1] ?? 1;
  const bytes = Number(digits) * factor;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(
    `${flag} is ${JSON.stringify(value)}; allowed: 500MB, 10GB, 1TB, or a number of bytes`,
  );
}

/** `1.2 GB`, `340 MB`, `12 bytes`. */
export function formatBytes(bytes: number): string {
  const [name, factor] = UNITS.find(([, each]) => bytes >= each) ?? (['bytes', 1] as const);
  const amount = bytes / factor;
  return `${Number(amount.toFixed(amount < 100 ? 1 : 0))} ${name}`;
}
