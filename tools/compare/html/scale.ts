/** A linear axis from `fromMs` to `toMs` whose positions are per cent of its width. */
export type TimeScale = Readonly<{
  fromMs: number;
  toMs: number;
  /** Position of a time, 0 to 100, with two decimals. */
  percent(ms: number): number;
  /** Times of the tick marks: round numbers, at most about `count`. */
  ticks(count: number): readonly number[];
}>;

export function createTimeScale(fromMs: number, toMs: number): TimeScale {
  const widthMs = toMs > fromMs ? toMs - fromMs : 1;
  return {
    fromMs,
    toMs: fromMs + widthMs,
    percent(ms) {
      const position = ((ms - fromMs) / widthMs) * 100;
      return Math.round(Math.min(100, Math.max(0, position)) * 100) / 100;
    },
    ticks(count) {
      const stepMs = roundStep(widthMs / count);
      const first = Math.ceil(fromMs / stepMs);
      const last = Math.floor((fromMs + widthMs) / stepMs);
      return Array.from({ length: last - first + 1 }, (_, index) =>
        // Multiplied and rounded, not summed: 0.1 + 0.2 would print as 0.30000000000000004.
        Number(((first + index) * stepMs).toPrecision(12)),
      );
    },
  };
}

/** The next 1, 2 or 5 times a power of ten. */
function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= value * 0.999_999) ?? 10;
  return factor * power;
}
