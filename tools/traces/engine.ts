import v8 from 'node:v8';

/** By how much the heap may grow beyond what is in use before the rest is collected. */
const GROWTH_PERCENT = 30;

/**
 * Before as many spans, V8's last compiler takes longer than its code saves: with 100,000 spans a third
 * of a second, mostly of helper threads. With a million its code saves a fifth of the time.
 */
const SPANS_BEFORE_LAST_COMPILER = 200_000;

/** Code that waits for it has to be made with the counters that call it later. */
const WITHOUT_LAST_COMPILER = '--no-opt --force-emit-interrupt-budget-checks';

/**
 * Prepares the engine for a command that may read for seconds or for minutes, and returns what has to
 * hear of each trace. Keeps the heap near what it uses: by itself the engine lets garbage of twice that
 * size wait, where the machine has the memory.
 */
export function prepareEngine(): (trace: Readonly<{ spans: ArrayLike<unknown> }>) => void {
  v8.setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  for (const flag of WITHOUT_LAST_COMPILER.split(' ')) v8.setFlagsFromString(flag);
  let left = SPANS_BEFORE_LAST_COMPILER;
  return ({ spans }) => {
    if (left <= 0) return;
    left -= spans.length;
    if (left <= 0) v8.setFlagsFromString('--opt');
  };
}
