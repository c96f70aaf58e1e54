import { createColumn, integers } from '../../traces/columns.ts';

/** Requests by the number of their identity. */
export function createSeen() {
  /** 1 where it was seen. */
  const seen = createColumn(integers);
  return {
    has: (number: number): boolean => number < seen.length() && seen.at(number) === 1,
    add(number: number): void {
      while (seen.length() <= number) seen.add(0);
      seen.set(number, 1);
    },
  };
}
