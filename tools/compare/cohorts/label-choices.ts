import { counted } from '../../cli/format.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';

/** A label that some requests have with one value, and others with another. */
export type LabelChoice = Readonly<{
  key: string;
  /** The most frequent first; a request counts for every value that some span of it has. */
  values: readonly Readonly<{ value: string; requests: number }>[];
}>;

/** What tells one deployment from another, the usual first. */
const KEYS = [
  ...['service.version', 'deployment.environment.name', 'deployment.environment'],
  ...['deployment.name', 'service.namespace', 'cloud.platform', 'cloud.region'],
  ...['cloud.availability_zone', 'cloud.account.id', 'k8s.cluster.name', 'k8s.namespace.name'],
  ...['k8s.deployment.name', 'faas.version', 'feature_flag.key', 'feature_flag.result.variant'],
  ...['feature_flag.variant', 'container.image.tag', 'container.image.tags', 'host.name'],
  ...['telemetry.sdk.version', 'app.version'],
];

/** More values are of no use to choose by. */
const MOST_VALUES = 12;
const MOST_SHOWN = 4;
const MOST_KEYS_SHOWN = 6;

/** Counts requests by the values of the labels that tell deployments apart. */
export function createLabelTally() {
  const counts = new Map<string, Map<string, number>>();
  let requests = 0;

  function choices(): readonly LabelChoice[] {
    return KEYS.flatMap((key): LabelChoice[] => {
      const values = [...(counts.get(key) ?? [])]
        .map(([value, count]) => ({ value, requests: count }))
        .sort((one, other) => other.requests - one.requests || (one.value < other.value ? -1 : 1));
      // A value that every request has takes all of them.
      const parts = values.filter((one) => one.requests < requests);
      return parts.length < 2 || values.length > MOST_VALUES ? [] : [{ key, values: parts }];
    });
  }

  return {
    see({ nodes }: NormalisedTrace): void {
      requests += 1;
      const seen = new Set<string>();
      for (const { span, frontEnd } of nodes) {
        if (frontEnd) continue;
        for (const key of KEYS) {
          const value = span.attributes[key];
          if (value === undefined || seen.has(`${key}=${value}`)) continue;
          seen.add(`${key}=${value}`);
          const ofKey = counts.get(key) ?? new Map<string, number>();
          counts.set(key, ofKey);
          if (ofKey.size <= MOST_VALUES || ofKey.has(value)) {
            ofKey.set(value, (ofKey.get(value) ?? 0) + 1);
          }
        }
      }
    },
    choices,
    sentence(): string {
      const found = choices().slice(0, MOST_KEYS_SHOWN);
      const read = counted(requests, 'request');
      if (found.length === 0) {
        return `${read} read, and none of the usual labels (${KEYS.slice(0, 2).join(', ')} …) tells them apart: compare two files or two windows.`;
      }
      const listed = found.map(({ key, values }) => {
        const shown = values.slice(0, MOST_SHOWN);
        const more = values.length - shown.length;
        const each = shown.map((one) => `${one.value} (${one.requests})`).join(', ');
        return `${key}: ${each}${more > 0 ? ` and ${more} more` : ''}`;
      });
      return `Labels found, with how many of ${read} have them: ${listed.join('; ')}.`;
    },
  };
}
