import v8 from 'node:v8';

/** Of what was in use after the last complete collection. */
export const HEAP_GROWTH = '--heap-growing-percent=60';

/** With a larger limit V8 lets a heap grow by more than that. */
const LARGEST_LIMIT_BYTES = 1_024 * 1_024 * 1_024;

/** As a rule a program has listened, answered and sent its first spans by then. */
export const HEAP_GROWTH_AFTER_MS = 3_000;

/**
 * Lets the heap grow by 60 % before V8 collects all of it; in a container of 512 MiB it takes 30 %. A
 * complete collection visits every live object: the program and its packages, hardly anything of a
 * request. Fewer of them make a request under load cheaper; docs/performance.md says by how much, and
 * what memory that takes.
 *
 * Not among the arguments to node, and not at once: with other flags than its own, V8 refuses the
 * compiled code that Node brings along for its modules, and a start would take 15 ms more.
 */
export function allowHeapGrowth(afterMs = HEAP_GROWTH_AFTER_MS): void {
  if (v8.getHeapStatistics().heap_size_limit > LARGEST_LIMIT_BYTES) return;
  setTimeout(() => v8.setFlagsFromString(HEAP_GROWTH), afterMs).unref();
}
