import { statSync } from 'node:fs';
import v8 from 'node:v8';

/** By how much the heap may grow beyond what is in use before the rest is collected: the less, the more often. */
const GROWTH_PERCENT = 200;

/**
 * Of fewer bytes V8's last compiler takes longer than its code saves: with 100,000 spans, 30 to 60 MB,
 * a quarter of a second, mostly of helper threads. With a million its code saves a fifth of the time.
 */
const BYTES_FOR_LAST_COMPILER = 128 * 1_024 * 1_024;
/** The same for what is read from elsewhere, or is compressed. */
const SPANS_FOR_LAST_COMPILER = 200_000;

/** Code that is made before has to count its calls, or it is never made again. */
const WITHOUT_LAST_COMPILER = ['--no-opt', '--force-emit-interrupt-budget-checks'];

/**
 * Prepares the engine for a command that may read for seconds or for minutes, and returns what has to
 * hear of each trace. Keeps the heap nearer to what it uses than the engine does by itself where the
 * machine has the memory. `files`: what is read of files.
 */
export function prepareEngine(
  files: readonly string[],
): (trace: Readonly<{ spans: ArrayLike<unknown> }>) => void {
  v8.setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  const bytes = files.reduce((sum, file) => sum + sizeOf(file), 0);
  let left = bytes < BYTES_FOR_LAST_COMPILER ? SPANS_FOR_LAST_COMPILER : 0;
  if (left > 0) for (const flag of WITHOUT_LAST_COMPILER) v8.setFlagsFromString(flag);
  return ({ spans }) => {
    if (left <= 0) return;
    left -= spans.length;
    if (left <= 0) v8.setFlagsFromString('--opt');
  };
}

/** V8 has two of them, and counts both. */
const YOUNG_BYTES = 2 * 8 * 1_024 * 1_024;
const SPANS_BETWEEN_LOOKS = 4_096;

/**
 * Keeps the space for young objects from growing beyond 8 MB, half of what it may have. For readers that
 * take one trace after another: hardly an object outlives a collection, so more space only takes memory.
 * Returns what has to hear of each trace.
 */
export function holdYoungSpace(): (trace: Readonly<{ spans: ArrayLike<unknown> }>) => void {
  let left = SPANS_BETWEEN_LOOKS;
  return ({ spans }) => {
    left -= spans.length;
    if (left > 0) return;
    left = SPANS_BETWEEN_LOOKS;
    const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (young === undefined || young.space_size < YOUNG_BYTES) return;
    v8.setFlagsFromString('--semi-space-growth-factor=1');
    left = Number.POSITIVE_INFINITY;
  };
}

/** Whoever opens a file says what is wrong with it. */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
