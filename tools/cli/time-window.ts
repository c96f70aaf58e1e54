import { UsageError } from './command-line.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `30m`, `2h` (before now) or a time of RFC 3339, as epoch milliseconds; null where absent. */
export function parseTime(flag: string, value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  const ago = /^(\d{1,6})([smhd])$/.exec(value);
  if (ago !== null) return Math.max(0, nowMs - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0));
  const absolute = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(absolute)) return absolute;
  throw new UsageError(
    `--${flag} is ${JSON.stringify(value)}; allowed: 90s, 30m, 2h, 1d (before now) or 2026-03-02T10:00:00Z`,
  );
}

/** Throws UsageError where nothing can lie in the window. */
export function checkWindow(flag: string, sinceMs: number | null, untilMs: number): void {
  if (sinceMs === null || sinceMs < untilMs) return;
  const [since, until] = [sinceMs, untilMs].map((ms) => new Date(ms).toISOString());
  throw new UsageError(`${flag}: the window is empty: ${since} is not before ${until}`);
}
