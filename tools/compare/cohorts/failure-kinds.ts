import type { RequestFailure } from './request-record.ts';

type Kind = Readonly<Omit<RequestFailure, 'detail'>> & {
  /** The one that began first, and its detail: a report says no other one's. */
  first: Readonly<{ record: number; startMs: number; detail: string }>;
};

/** Ways in which requests failed. */
export function createKinds() {
  const kinds: Kind[] = [];
  const numbers = new Map<string, number>();
  return {
    /** -1: it did not fail. */
    numberOf(failure: RequestFailure | null, record: number, startMs: number): number {
      if (failure === null) return -1;
      const { outcome, where, end, detail } = failure;
      const first = { record, startMs, detail };
      const key = `${outcome} ${where} ${end}`;
      const known = kinds[numbers.get(key) ?? -1];
      if (known === undefined) {
        numbers.set(key, kinds.length);
        return kinds.push({ outcome, where, end, first }) - 1;
      }
      if (startMs < known.first.startMs) known.first = first;
      return numbers.get(key) ?? -1;
    },
    failureOf(number: number, record: number): RequestFailure | null {
      const kind = kinds[number];
      if (kind === undefined) return null;
      const { outcome, where, end, first } = kind;
      return { outcome, where, end, detail: first.record === record ? first.detail : '' };
    },
  };
}
