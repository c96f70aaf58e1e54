import { formatSignedMs } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { contrast } from '../statistics/contrast.ts';
import { type Design, sampleOf } from '../statistics/design.ts';
import type { Hop } from '../statistics/hop.ts';
import type { Overall } from '../statistics/overall.ts';

/** What one hop, or the start delay, adds to the difference; negative: a is faster there. */
type Contribution = Readonly<{ what: string; ms: number; verdict: Hop['verdict'] }>;

const MOST_NAMED = 3;
/** A contribution below this share of the largest one explains nothing. */
const NOTABLE_SHARE = 0.2;

/**
 * A sentence where the verdict on the request and those on its hops seem to disagree: a hop has a
 * higher bar, since there are many, and hops may offset each other. null where they agree.
 */
export function reconcile(
  overall: Overall,
  hops: readonly Hop[],
  of: Readonly<{ design: Design; labels: Sides<string> }>,
): string | null {
  const { verdict } = overall;
  if (verdict === 'not-enough-data') return null;
  const all = contributions(hops, of.design);
  const sure = all.filter((one) => one.verdict.endsWith('faster'));
  if (verdict === 'no-difference-seen') {
    if (sure.length === 0) return null;
    const offset = largest(all.filter(({ ms }) => ms > 0 !== (sure[0]?.ms ?? 0) > 0));
    const others = offset.length === 0 ? '' : ` The largest the other way: ${list(offset)}.`;
    return `Single hops differ surely (${list(largest(sure))}), but the request does not.${others}`;
  }
  const side = verdict === 'a-faster' ? of.labels.a : of.labels.b;
  const sign = verdict === 'a-faster' ? -1 : 1;
  const same = largest(all.filter(({ ms }) => ms * sign > 0));
  const against = sure.filter((one) => one.verdict !== verdict);
  if (sure.some((one) => one.verdict === verdict)) {
    if (against.length === 0) return null;
    return `${list(largest(against))} points the other way, but other hops outweigh it: ${list(same)}.`;
  }
  const most = same.length === 0 ? '' : ` The largest contributors: ${list(same)}.`;
  return `No hop alone is surely faster in ${side}: the difference is spread over several.${most}`;
}

function contributions(hops: readonly Hop[], design: Design): readonly Contribution[] {
  const warm = hops.filter(({ stratum }) => stratum === 'warm');
  const ofHops = warm.flatMap((hop): Contribution[] => {
    const what = `${hop.service} ${hop.name} (${hop.measure})`;
    const { verdict } = hop;
    if (hop.differenceMs.p50 !== null) return [{ what, ms: hop.differenceMs.p50, verdict }];
    // On one side only: what it takes there is the difference.
    if (hop.a !== null && hop.b === null) return [{ what, ms: hop.a.selfP50Ms, verdict }];
    if (hop.b !== null && hop.a === null) return [{ what, ms: -hop.b.selfP50Ms, verdict }];
    return [];
  });
  // The latency counts from the scheduled time, the hops from the root's start.
  const delayOf = ({ cold, error, startDelayMs }: RequestRecord) =>
    cold || error !== null ? null : startDelayMs;
  const delay = contrast(sampleOf(design, delayOf), { a: (ms) => ms, b: (ms) => ms }).estimate;
  const late: Contribution = {
    what: 'a late start, before the root span',
    ms: delay ?? 0,
    verdict: 'no-difference-seen',
  };
  return [...ofHops, late].filter(({ ms }) => ms !== 0);
}

/** The few that matter, the largest first. */
function largest(contributions: readonly Contribution[]): readonly Contribution[] {
  const sorted = [...contributions].sort((one, other) => Math.abs(other.ms) - Math.abs(one.ms));
  const [first] = sorted;
  const leastMs = NOTABLE_SHARE * Math.abs(first?.ms ?? 0);
  return sorted.filter(({ ms }) => Math.abs(ms) >= leastMs).slice(0, MOST_NAMED);
}

const list = (contributions: readonly Contribution[]): string =>
  contributions.map(({ what, ms }) => `${what} ${formatSignedMs(ms)}`).join(', ');
