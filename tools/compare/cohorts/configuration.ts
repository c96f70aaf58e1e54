import { ATTR } from '../../../lib/telemetry/names.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import type { Profile } from '../../traces/profile/profile.ts';
import { type Cohort, SIDES, type Sides } from './cohort.ts';

export type ConfigurationDifference = Readonly<{
  key: string;
  a: string;
  b: string;
  /** Only where nobody could have chosen the same on both: inherent to the platforms. */
  byNature?: true;
}>;

type Labels = Readonly<Record<string, string>>;

/** Its name, and the one before OpenTelemetry's conventions were stable. */
const ENVIRONMENT = ['deployment.environment.name', 'deployment.environment'];

const firstOf = (keys: readonly string[], labels: Labels): string | undefined =>
  labels[keys.find((key) => labels[key]) ?? ''];

/** What a deployment is set to, as its spans tell. Only these keys are compared. */
const KEYS: readonly Readonly<{
  key: string;
  read: (labels: Labels) => string | undefined;
  /** What a span means that says nothing of it. */
  absent?: string;
  /** The labels that it is read from, where two cohorts are often chosen by them. */
  filters?: readonly string[];
}>[] = [
  // First, because it is there to be found again: no difference below is news then.
  {
    key: 'latency added (local)',
    read: (labels) => labels[ATTR.configAddedLatency],
    absent: '0 ms',
  },
  { key: 'platform', read: (labels) => labels['cloud.platform'] },
  { key: 'image', read: (labels) => labels['service.version'], filters: ['service.version'] },
  { key: 'environment', read: (labels) => firstOf(ENVIRONMENT, labels), filters: ENVIRONMENT },
  { key: 'cpu', read: (labels) => labels[ATTR.configCpu] },
  { key: 'memory', read: (labels) => labels[ATTR.configMemory] },
  { key: 'region', read: regionOf, filters: ['cloud.region', 'cloud.availability_zone'] },
  { key: 'concurrency', read: (labels) => labels[ATTR.configConcurrency] },
  { key: 'cache mode', read: (labels) => labels[ATTR.configWorksCache] },
  { key: 'billing', read: (labels) => labels[ATTR.configBilling] },
  { key: 'exporter', read: (labels) => labels[ATTR.configExporter] },
  { key: 'propagators', read: (labels) => labels[ATTR.configPropagators] },
  { key: 'sampler', read: (labels) => labels[ATTR.configSampler] },
];

/** GKE's spans name a zone (us-central1-f), Cloud Run's a region (us-central1). */
function regionOf(labels: Labels): string | undefined {
  return labels['cloud.region'] ?? labels['cloud.availability_zone']?.replace(/-[a-z]$/, '');
}

const NOT_STATED = 'not stated';

/**
 * The differences in three groups: those that somebody chose; those that may be none, because only
 * one side states a value; and those that nobody could have avoided.
 */
export function groupDifferences(differences: readonly ConfigurationDifference[]) {
  const groupOf = ({ a, b, byNature }: ConfigurationDifference) =>
    byNature ? 'byNature' : a === NOT_STATED || b === NOT_STATED ? 'statedOnce' : 'chosen';
  const { chosen = [], statedOnce = [], byNature = [] } = Object.groupBy(differences, groupOf);
  return { chosen, statedOnce, byNature };
}

/** A source need not share them. */
const MOST_ADDED = 4_096;

/** Collects configuration while requests stream by: only the distinct values are kept. */
export function createConfigurationTally(profile: Profile = 'shakesapp') {
  /** Of each service the values of every key, in the order of KEYS. */
  const values: Sides<Map<string, Set<string>[]>> = { a: new Map(), b: new Map() };
  /** Sources share one object between the spans that have equal labels. */
  const added: Sides<Set<Labels>> = { a: new Set(), b: new Set() };
  return {
    add(side: 'a' | 'b', { nodes }: NormalisedTrace): void {
      for (const { frontEnd, service, span } of nodes) {
        if (frontEnd || added[side].has(span.attributes)) continue;
        if (added[side].size >= MOST_ADDED) added[side].clear();
        added[side].add(span.attributes);
        const ofService = values[side].get(service) ?? KEYS.map(() => new Set<string>());
        values[side].set(service, ofService);
        KEYS.forEach(({ read, absent }, index) => {
          const value = read(span.attributes) ?? absent;
          if (value !== undefined) ofService[index]?.add(value);
        });
      }
    },
    /** Every sampler that some span states. */
    samplers(): readonly string[] {
      const at = KEYS.findIndex(({ key }) => key === 'sampler');
      const stated = [...values.a.values(), ...values.b.values()].map((sets) => sets[at] ?? []);
      return [...new Set(stated.flatMap((set) => [...set]))].sort();
    },
    /** What differs. Where all services differ alike it is one row, else one for each service. */
    differences(cohorts: Sides<Cohort>): readonly ConfigurationDifference[] {
      const services = [...new Set([...values.a.keys(), ...values.b.keys()])].sort();
      return KEYS.filter(({ key }) => !(key === 'platform' && filtersByPlatform(cohorts))).flatMap(
        ({ key: name, absent, filters = [] }) => {
          const at = KEYS.findIndex((one) => one.key === name);
          // Another system's versions need not be those of images.
          const key = profile === 'general' && name === 'image' ? 'version' : name;
          const rows = services.map((service) => {
            const stated = (side: 'a' | 'b') =>
              statedValue(values[side].get(service)?.[at], absent);
            return { service, a: stated('a'), b: stated('b') };
          });
          const stated = rows.filter((row) => row.a !== NOT_STATED || row.b !== NOT_STATED);
          const differing = stated.filter(
            (row) => row.a !== row.b && !filters.some(isChosenBy(cohorts, row)),
          );
          const [first] = differing;
          const alike = differing.every((row) => row.a === first?.a && row.b === first?.b);
          if (first !== undefined && alike && differing.length === stated.length) {
            const { a, b } = first;
            return [{ key, a, b, ...(isByNature(key, [a, b]) && { byNature: true }) }];
          }
          return differing.map(({ service, a, b }) => ({ key: `${key} of ${service}`, a, b }));
        },
      );
    },
  };
}

/**
 * Cloud Run bills for an instance or a request, GKE for its nodes. An instance that is billed for
 * all its life keeps its CPU as a pod does, which is as like as the two can be; billing by request
 * is a choice that costs latency.
 */
function isByNature(key: string, values: readonly [string, string]): boolean {
  return key === 'billing' && values.toSorted().join(' ') === 'instance node';
}

/** The platform is what is compared then, no confounder. */
function filtersByPlatform({ a, b }: Sides<Cohort>): boolean {
  return [a, b].every(({ pairs }) => pairs.some(({ key }) => key === 'cloud.platform'));
}

/** Whether a difference is the very one that the cohorts are chosen by. */
const isChosenBy =
  (cohorts: Sides<Cohort>, row: Sides<string>) =>
  (label: string): boolean =>
    SIDES.every((side) =>
      cohorts[side].pairs.some(({ key, value }) => key === label && value === row[side]),
    );

function statedValue(set: ReadonlySet<string> | undefined, absent = NOT_STATED): string {
  return set === undefined || set.size === 0 ? absent : [...set].sort().join(' | ');
}
