import { ATTR } from '../../../lib/telemetry/names.ts';
import { type NormalisedTrace, requestRootOf } from '../../traces/normalise.ts';
import type { Node } from '../../traces/tree.ts';
import { describeSpan, type Look, type Rule, type Sightings } from '../rule.ts';
import { MOST_PLACES } from '../sightings.ts';

export const mixedHeaderFormats: Rule = {
  id: 'mixed-header-formats',
  ofThisSystem: true,
  finding: 'Programs on one platform take the parent span from different headers.',
  cause:
    'OTEL_PROPAGATORS differs between programs or between two revisions in this time window, or ' +
    'a proxy drops one of the headers.',
  fix: 'Give all programs the same OTEL_PROPAGATORS and deploy them together.',
  look,
};

/** The server spans on one platform that were reached by one header. */
type Reached = {
  readonly source: string;
  count: number;
  traces: number;
  readonly places: Readonly<{ traceId: string; node: string }>[];
};

function look(): Look {
  const platforms = new Map<string, Map<string, Reached>>();
  /** What the servers of traces were reached by: few combinations, each with its number. */
  const combinations: (readonly Reached[])[] = [];
  const numbers = new Map<string, number>();
  const unusual = new Set<Reached>();
  let doubt = -1;

  function reachedBy(platform: string, source: string): Reached {
    const ofPlatform = platforms.get(platform) ?? new Map<string, Reached>();
    platforms.set(platform, ofPlatform);
    const known = ofPlatform.get(source) ?? { source, count: 0, traces: 0, places: [] };
    ofPlatform.set(source, known);
    return known;
  }

  const count = (trace: readonly NormalisedTrace[]): void => {
    const reached = new Map<string, Reached>();
    for (const request of trace) {
      // Calls from outside bring whatever header they like.
      if (requestRootOf(request) === null) continue;
      for (const node of request.nodes) {
        const source = node.span.attributes[ATTR.parentSource];
        if (source === undefined || node.span.kind !== 'server') continue;
        const platform = platformNameOf(node);
        const found = reachedBy(platform, source);
        found.count += 1;
        if (found.places.length < MOST_PLACES) {
          found.places.push({ traceId: request.traceId, node: describeSpan(node) });
        }
        reached.set(`${platform} ${source}`, found);
      }
    }
    for (const found of reached.values()) found.traces += 1;
    doubt = reached.size === 0 ? -1 : numberOf([...reached.keys()].sort().join('\n'));
    if (doubt >= 0) combinations[doubt] ??= [...reached.values()];
  };

  return {
    see(trace) {
      count(trace);
      return [];
    },
    again: count,
    doubt: () => doubt,
    /** What most spans use is what is meant; the others are the sightings. */
    finish: () =>
      [...platforms].flatMap(([platform, sources]): Sightings[] => {
        const [usual, ...others] = [...sources.values()].sort(
          (one, other) => other.count - one.count || (one.source < other.source ? -1 : 1),
        );
        for (const other of others) unusual.add(other);
        return others.map(({ source, count, traces, places }) => ({
          ...{ count, traces },
          places: places.map(({ traceId, node }) => ({
            traceId,
            detail: `${node} was reached by ${source}, most spans on ${platform} by ${usual?.source}`,
          })),
        }));
      }),
    explains: (number) => combinations[number]?.some((reached) => unusual.has(reached)) === true,
  };

  function numberOf(combination: string): number {
    const number = numbers.get(combination) ?? numbers.size;
    numbers.set(combination, number);
    return number;
  }
}

const platformNameOf = ({ span }: Node): string =>
  span.attributes['cloud.platform'] ?? 'an unknown platform';
