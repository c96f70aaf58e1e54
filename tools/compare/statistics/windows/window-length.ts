const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Lengths that people read on a clock; each divides a longer one, so windows can be merged. */
const LENGTHS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
];

/** The shortest length of which no more than `most` windows lie in `spanMs`. */
export function windowLength(spanMs: number, most: number): number {
  const found = LENGTHS_MS.find((lengthMs) => spanMs / lengthMs <= most);
  return found ?? Math.ceil(spanMs / most / DAY) * DAY;
}

const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
] as const;

/** `90 s`, `10 min`. */
export function windowText(lengthMs: number): string {
  const [unitMs, unit] = UNITS.find(([ms]) => lengthMs % ms === 0) ?? [1, 'ms'];
  return `${lengthMs / unitMs} ${unit}`;
}
