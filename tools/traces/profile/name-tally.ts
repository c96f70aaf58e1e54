import { UNNAMED } from '../facts.ts';
import type { NormalisedTrace } from '../normalise.ts';
import { foldedNameOf } from './fold-names.ts';

/** What folding did to the names of spans. */
export type FoldedNames = Readonly<{
  /** Distinct names that were folded, and what is left of them; lower bounds if `more`. */
  names: number;
  into: number;
  more: boolean;
  /** The names that took the place of the most others. */
  examples: readonly Readonly<{ name: string; from: string; names: number }>[];
  /** Services that have too many names even so: their hops are as many. */
  tooMany: readonly Readonly<{ service: string; names: number; example: string }>[];
}>;

/** Names come from outside: no more are told apart. */
const MOST_KEPT = 20_000;
const MOST_EXAMPLES = 5;
/** A service has a few dozen operations; past this its names hold what differs by request. */
const TOO_MANY = 100;

/** Sees which names the spans of requests have, before folding and after. */
export function createNameTally() {
  const kept = new Map<string, Map<string, string>>();
  let size = 0;
  let more = false;

  return {
    see({ nodes }: NormalisedTrace): void {
      for (const { service, span } of nodes) {
        const names = kept.get(service) ?? new Map<string, string>();
        if (names.has(span.name)) continue;
        if (size >= MOST_KEPT) {
          more = true;
          continue;
        }
        kept.set(service, names.set(span.name, foldedNameOf(span)));
        size += 1;
      }
    },
    /** Null where every name stays as it is, and none has too many. */
    report(): FoldedNames | null {
      const groups = new Map<string, { name: string; from: string; names: number }>();
      const tooMany: FoldedNames['tooMany'][number][] = [];
      for (const [service, names] of kept) {
        const left = new Set(names.values());
        if (left.size > TOO_MANY) {
          const [example = UNNAMED] = [...left].slice(-1);
          tooMany.push({ service, names: left.size, example });
        }
        for (const [from, name] of names) {
          if (name === from) continue;
          const group = groups.get(`${service} ${name}`) ?? { name, from, names: 0 };
          group.names += 1;
          groups.set(`${service} ${name}`, group);
        }
      }
      if (groups.size === 0 && tooMany.length === 0) return null;
      const examples = [...groups.values()].sort((one, other) => other.names - one.names);
      return {
        names: examples.reduce((sum, group) => sum + group.names, 0),
        into: examples.length,
        more,
        examples: examples.slice(0, MOST_EXAMPLES),
        tooMany: tooMany.sort((one, other) => other.names - one.names),
      };
    },
  };
}
