import { formatPercent, formatSignedMs } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { contrast } from '../statistics/contrast.ts';
import { type Design, sampleOf } from '../statistics/design.ts';
import type { Hop } from '../statistics/hop.ts';
import type { Overall } from '../statistics/overall.ts';
import { PLAIN } from '../statistics/scale.ts';

/** What one hop, or the start delay, adds to the difference; negative: a is faster there. */
type Contribution = Readonly<{
  what: string;
  /** In a request that has the hop. */
  ms: number;
  /** Of the requests, how many have it. */
  share: number;
  verdict: Hop['verdict'];
}>;

const MOST_NAMED = 3;
/** A contribution below this share of the largest one explains nothing. */
const NOTABLE_SHARE = 0.2;
/** The difference is that of a typical request: a hop that most requests lack has no part in it. */
const MOST_REQUESTS = 0.5;
/** Figures that people read as equal. */
const TOLERANCE = 1.05;

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
  const usual = all.filter(({ share }) => share > MOST_REQUESTS);
  const isSure = (one: Contribution) => one.verdict.endsWith('faster');
  if (verdict === 'no-difference-seen') {
    const sure = all.filter(isSure);
    if (sure.length === 0) return null;
    const named = largest(sure);
    const signs = new Set(named.map(({ ms }) => ms > 0));
    // Where those that are sure offset each other, nothing else has to.
    const offset = largest(usual.filter(({ ms }) => !signs.has(ms > 0)));
    const others = offset.length === 0 ? '' : ` The largest the other way: ${list(offset)}.`;
    return `Single hops differ surely (${list(named)}), but the request does not.${others}`;
  }
  const sign = verdict === 'a-faster' ? -1 : 1;
  const same = largest(usual.filter(({ ms }) => ms * sign > 0));
  if (all.some((one) => one.verdict === verdict)) {
    const against = largest(usual.filter((one) => isSure(one) && one.verdict !== verdict));
    if (against.length === 0) return null;
    const outweighed = same.length === 0 ? '' : `, but other hops outweigh it: ${list(same)}`;
    return `${list(against)} ${against.length === 1 ? 'points' : 'point'} the other way${outweighed}.`;
  }
  const side = verdict === 'a-faster' ? of.labels.a : of.labels.b;
  const spread = same.length > 1 ? ': the difference is spread over several' : '';
  const other = largest(usual.filter(({ ms }) => ms * sign < 0));
  return `No hop alone is surely faster in ${side}${spread}.${mostText(same, other, overall)}`;
}

/** The largest contributors; where one exceeds what it contributes to, also why it can. */
function mostText(
  same: readonly Contribution[],
  other: readonly Contribution[],
  { differenceMs }: Overall,
): string {
  const [first] = same;
  if (first === undefined) return '';
  const most = ` The largest ${same.length === 1 ? 'contributor' : 'contributors'}: ${list(same)}.`;
  const wholeMs = Math.abs(differenceMs.p50 ?? Number.POSITIVE_INFINITY);
  if (Math.abs(weighed(first)) <= wholeMs * TOLERANCE) return most;
  const why =
    other.length === 0
      ? 'each figure is that of a typical request at that hop, so they need not add up'
      : `other hops take part of it back: ${list(other)}`;
  return `${most} That exceeds the difference of the request (${formatSignedMs(differenceMs.p50 ?? 0)}), because ${why}.`;
}

function contributions(hops: readonly Hop[], design: Design): readonly Contribution[] {
  const warm = hops.filter(({ stratum }) => stratum === 'warm');
  // Every request has its root.
  const requests = (side: 'a' | 'b') => Math.max(0, ...warm.map((hop) => hop[side]?.n ?? 0));
  const [ofA, ofB] = [requests('a'), requests('b')];
  const ofHops = warm.flatMap((hop): Contribution[] => {
    // Of a side without any complete trace no hop is known, so none is only on the other one.
    if (Math.min(ofA, ofB) === 0) return [];
    const what = `${hop.service} ${hop.name} (${hop.measure})`;
    const { a, b, verdict } = hop;
    const [shareA, shareB] = [(a?.n ?? 0) / ofA, (b?.n ?? 0) / ofB];
    // On one side only: what it takes there is the difference.
    if (a !== null && b === null) return [{ what, ms: a.selfP50Ms, share: shareA, verdict }];
    if (b !== null && a === null) return [{ what, ms: -b.selfP50Ms, share: shareB, verdict }];
    const { p50 } = hop.differenceMs;
    return p50 === null ? [] : [{ what, ms: p50, share: Math.min(shareA, shareB), verdict }];
  });
  // The latency counts from the scheduled time, the hops from the root's start.
  const delayOf = ({ cold, error, startDelayMs }: RequestRecord) =>
    cold || error !== null ? null : startDelayMs;
  const delay = contrast(sampleOf(design, delayOf), { a: PLAIN, b: PLAIN }).estimate;
  const late: Contribution = {
    what: 'a late start, before the root span',
    ms: delay ?? 0,
    share: 1,
    verdict: 'no-difference-seen',
  };
  return [...ofHops, late].filter(({ ms }) => ms !== 0);
}

/** What it adds to the typical request. */
const weighed = ({ ms, share }: Contribution) => ms * share;

/** The few that matter, the largest first. */
function largest(contributions: readonly Contribution[]): readonly Contribution[] {
  const size = (one: Contribution) => Math.abs(weighed(one));
  const sorted = [...contributions].sort((one, other) => size(other) - size(one));
  const [first] = sorted;
  const least = first === undefined ? 0 : NOTABLE_SHARE * size(first);
  return sorted.filter((one) => size(one) >= least).slice(0, MOST_NAMED);
}

const list = (contributions: readonly Contribution[]): string =>
  contributions
    .map(({ what, ms, share }) => `${what} ${formatSignedMs(ms)}${shareText(share)}`)
    .join(', ');

/** Nothing where practically every request has it. */
const shareText = (share: number) =>
  share > 0.95 ? '' : ` in ${formatPercent(share)} of the requests`;
