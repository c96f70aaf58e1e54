/**
 * How full the queues of spans are, from 0 to 1: of this process and of those that it calls.
 *
 *     loadgen <-- 0.8 -- client <-- 0.8 -- server      each answer carries the highest that is known
 *
 * Only the process that begins a trace can decide for all of it, and the queue that is full may be
 * another's. So pressure travels upstream, on every answer.
 */
export type Pressure = Readonly<{
  /** The highest now: of the own queues, and of what was heard recently. */
  now(): number;
  /** The same as the value of a header. */
  header(): string;
  /** What an answer carried. Anything but one number from 0 to 1 is ignored. */
  hear(value: unknown): void;
}>;

/**
 * Several instances answer in turn, and only one of them may be full; and a queue falls by a complete
 * batch each time that it is exported. So the highest that was heard holds for a while, and then
 * falls steadily.
 */
const HOLD_MS = 3_000;
const FALL_PER_MS = 0.25 / 1_000;

/** `sources`: how full each queue of this process is, from 0 to 1. */
export function createPressure(options: {
  sources: readonly (() => number)[];
  nowMs?: () => number;
}): Pressure {
  const { sources, nowMs = () => performance.now() } = options;
  let held = { value: 0, atMs: nowMs() };

  const heard = () =>
    Math.max(0, held.value - FALL_PER_MS * Math.max(0, nowMs() - held.atMs - HOLD_MS));
  const now = () => Math.min(1, Math.max(heard(), ...sources.map((fill) => fill())));
  return {
    now,
    header: () => now().toFixed(2),
    hear(value) {
      const parsed = parse(value);
      if (parsed !== undefined && parsed >= heard()) held = { value: parsed, atMs: nowMs() };
    },
  };
}

/** A peer may send anything, and a repeated header arrives as a list. */
function parse(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^(0(\.\d{1,4})?|1(\.0{1,4})?)$/.test(value)) return undefined;
  return Number(value);
}
