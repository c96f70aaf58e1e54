/**
 * Which share of new traces is kept, by the pressure of the queues of spans.
 *
 *     pressure  0       0.5    0.5625   0.625   0.6875   0.75          1
 *     kept      |-- 1 --|- 1/2 -|- 1/4 --|- 1/8 --|- 1/16 -|---- 0 -----|
 *
 * The room above is for the traces that have begun: what is kept is kept completely. A share comes
 * back only once the pressure is a step below where it went, so that it does not flap.
 */
const RISES = [0.5, 0.5625, 0.625, 0.6875, 0.75] as const;
const SHARES = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 0] as const;
const HYSTERESIS = 0.0625;

/** Ask once for each new trace. */
export function createShedding(pressure: () => number): () => number {
  let step = 0;
  return () => {
    const now = pressure();
    while (now >= (RISES[step] ?? Number.POSITIVE_INFINITY)) step += 1;
    while (now < (RISES[step - 1] ?? Number.NEGATIVE_INFINITY) - HYSTERESIS) step -= 1;
    return SHARES[step] ?? 0;
  };
}
