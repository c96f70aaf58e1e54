import { createColumn, integers } from '../../traces/columns.ts';
import type { IdNumbers } from '../../traces/id-numbers.ts';
import { identityOf } from './identity.ts';

/** Requests by trace id and root. `identities`: their numbers, which others share. */
export function createSeen(identities: IdNumbers) {
  /** By the number of the request: 1 where it was seen. */
  const seen = createColumn(integers);
  return {
    has(traceId: string, root: string | null): boolean {
      const number = identities.find(identityOf(traceId, root));
      return number >= 0 && number < seen.length() && seen.at(number) === 1;
    },
    add(traceId: string, root: string | null): void {
      const number = identities.numberOf(identityOf(traceId, root));
      while (seen.length() <= number) seen.add(0);
      seen.set(number, 1);
    },
  };
}
