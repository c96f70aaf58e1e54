import type { HopSample } from './hop-samples.ts';
import type { RequestRecord } from './request-record.ts';

/** The samples of one cohort at one span path, as a map from their requests. */
export type HopSide = Pick<ReadonlyMap<RequestRecord, HopSample>, 'get' | 'size' | 'values'> &
  Readonly<{ add(sample: HopSample): void }>;

/**
 * Looks a request's sample up among that request's own: a map for each hop would hold every request
 * once more, and takes longer to fill than all its samples to read. `counts`: whether a request's
 * samples are added at all.
 */
export function createHopSide(path: string, counts: (record: RequestRecord) => boolean): HopSide {
  const samples: HopSample[] = [];
  // Nearly all requests have the hop at one place.
  let place = 0;
  return {
    add: (sample) => void samples.push(sample),
    get(record) {
      if (!counts(record)) return undefined;
      if (record.hops[place]?.path !== path) {
        place = record.hops.findIndex((sample) => sample.path === path);
      }
      const sample = record.hops[place];
      return sample?.stopped === false ? sample : undefined;
    },
    get size() {
      return samples.length;
    },
    values: () => samples.values(),
  };
}
