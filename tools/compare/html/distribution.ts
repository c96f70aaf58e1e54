import { parseHTML } from 'linkedom/worker';
import { SIDES, type Sides } from '../cohorts/cohort.ts';
import type { EcdfPoint, QuantileDifference } from '../statistics/quantiles.ts';
import { html, type Markup, trusted } from './markup.ts';
import { dot, lineY, plot, ruleY, text } from './plot.ts';
import { formatDifferenceMs, formatMs, type Labels } from './words.ts';

type PlotOptions = NonNullable<Parameters<typeof plot>[0]>;

const { document } = parseHTML('<!doctype html><html></html>');

export type Distribution = Readonly<{
  title: string;
  ecdf: Sides<readonly EcdfPoint[]>;
  quantileDifferences: readonly QuantileDifference[];
  labels: Labels;
  /** Requests that are drawn elsewhere on the page, by what they took. */
  marks?: Sides<readonly Mark[]>;
}>;

type Mark = Readonly<{ ms: number }>;

/** ECDFs of both cohorts side by side with the difference of their quantiles. */
export function renderDistribution(distribution: Distribution): Markup {
  const { ecdf, quantileDifferences } = distribution;
  if (ecdf.a.length === 0 && ecdf.b.length === 0) {
    return html`<p class="note">No values to draw a distribution of.</p>`;
  }
  return html`<div class="plots">
${renderEcdf(distribution)}
${
  quantileDifferences.length === 0
    ? html`<p class="note">${ecdf.a.length === 0 || ecdf.b.length === 0 ? 'Only one cohort has values here: there is no difference to draw.' : 'No difference is drawn: some answers had wrong counts.'}</p>`
    : renderQuantileDifferences(distribution)
}
</div>`;
}

/** Colour and dashes both tell a from b: colour alone would not do for everyone. */
function renderEcdf({ title, ecdf: full, labels, marks }: Distribution): Markup {
  const edgeMs = rightEdgeMs(full);
  const slowestMs = Math.max(...[...full.a, ...full.b].map(([ms]) => ms));
  const endMs = Math.min(edgeMs, slowestMs * BEYOND_SLOWEST);
  const ecdf = { a: cutTail(full.a, endMs), b: cutTail(full.b, endMs) };
  const cut =
    slowestMs > edgeMs &&
    ` The axis ends at ${formatMs(edgeMs)}; the slowest request took ${formatMs(slowestMs)}.`;
  const first = (medianOf(ecdf.b) ?? 0) < (medianOf(ecdf.a) ?? 0) ? 'b' : 'a';
  const curve = (points: readonly EcdfPoint[], side: 'a' | 'b') =>
    lineY(points, {
      x: ([ms]: EcdfPoint) => ms,
      y: ([, fraction]: EcdfPoint) => fraction * 100,
      curve: 'step-after',
      stroke: `var(--${side})`,
      strokeWidth: 2,
      ...(side === 'b' && { strokeDasharray: '7 4' }),
    });
  /** Beside its curve: who sees no colours still knows which is which. */
  const letter = (points: readonly EcdfPoint[], side: 'a' | 'b') =>
    text(points.filter(([, fraction]) => fraction >= 0.25).slice(0, 1), {
      x: ([ms]: EcdfPoint) => ms,
      y: 25,
      text: () => side.toUpperCase(),
      fill: `var(--${side})`,
      fontWeight: 700,
      dx: side === first ? -12 : 12,
    });
  const summary = SIDES.map((side) => `${labels[side]} ${formatMs(medianOf(ecdf[side]))}`).join(
    ', ',
  );
  const circles = (side: 'a' | 'b') =>
    (marks?.[side] ?? [])
      .filter(({ ms }) => ms <= edgeMs)
      .map(({ ms }): EcdfPoint => [ms, shareAt(full[side], ms)]);
  const circle = (side: 'a' | 'b') =>
    dot(circles(side), {
      x: ([ms]: EcdfPoint) => ms,
      y: ([, fraction]: EcdfPoint) => fraction * 100,
      r: 5.5,
      fill: 'var(--paper)',
      stroke: `var(--${side})`,
      strokeWidth: 2,
    });
  const circled = marks !== undefined && ' Circles: the requests drawn below (median, p95).';
  return figure(
    `${title}: share of requests at or below a time`,
    `Medians: ${summary}.${circled || ''}${cut || ''}`,
    svg({
      x: { label: 'milliseconds', grid: true, nice: true },
      y: { label: 'per cent of requests', domain: [0, 100], grid: true },
      marks: [
        ruleY([0]),
        curve(ecdf.a, 'a'),
        curve(ecdf.b, 'b'),
        circle('a'),
        circle('b'),
        letter(ecdf.a, 'a'),
        letter(ecdf.b, 'b'),
      ],
    }),
  );
}

function renderQuantileDifferences({ title, quantileDifferences }: Distribution): Markup {
  const options = {
    x: ([fraction]: QuantileDifference) => fraction * 100,
    y: ([, ms]: QuantileDifference) => ms,
  };
  const values = quantileDifferences.map(([, ms]) => ms);
  const [lowMs, highMs] = [Math.min(0, ...values), Math.max(0, ...values)];
  const at = (fraction: number) =>
    formatDifferenceMs(quantileDifferences.find(([p]) => p === fraction)?.[1] ?? null);
  return figure(
    `${title}: quantile of A minus the same quantile of B`,
    `At the median ${at(0.5)}, at p95 ${at(0.95)}. Above zero B is faster.`,
    svg({
      x: { label: 'quantile, per cent', domain: [0, 100] },
      y: { label: 'A − B, milliseconds', grid: true, nice: true, domain: [lowMs, highMs] },
      marks: [
        ruleY([0], { strokeOpacity: 0.6 }),
        lineY(quantileDifferences, { ...options, strokeOpacity: 0.5 }),
        dot(quantileDifferences, { ...options, fill: 'currentColor', r: 3 }),
      ],
    }),
  );
}

/** How far the axis must reach beyond the larger p95 before its end is worth cutting off. */
const TAIL = 3;

/**
 * Where the axis ends: one request that took a hundred times as long as all others would leave the
 * others no room.
 */
function rightEdgeMs({ a, b }: Distribution['ecdf']): number {
  const p95Ms = Math.max(...[a, b].map((points) => points.find(([, p]) => p >= 0.95)?.[0] ?? 0));
  return p95Ms > 0 ? p95Ms * TAIL : Number.POSITIVE_INFINITY;
}

/** How far a curve goes on, so that its last step is seen even where it falls between two dashes. */
const BEYOND_SLOWEST = 1.03;

/** The curve up to the edge, level from its last step before it. */
export function cutTail(points: readonly EcdfPoint[], edgeMs: number): readonly EcdfPoint[] {
  const inside = points.filter(([ms]) => ms <= edgeMs);
  const last = inside.at(-1);
  return last === undefined ? inside : [...inside, [edgeMs, last[1]]];
}

/** The share of the requests that took so long at most. */
const shareAt = (points: readonly EcdfPoint[], ms: number): number =>
  points.findLast(([value]) => value <= ms)?.[1] ?? 0;

/** Halfway between two values where it lies between them, as the quantiles in the tables are. */
function medianOf(points: readonly EcdfPoint[]): number | null {
  const at = points.findIndex(([, fraction]) => fraction >= 0.5);
  const [upper, next] = [points[at], points[at + 1]];
  if (upper === undefined) return null;
  return upper[1] === 0.5 && next !== undefined ? (upper[0] + next[0]) / 2 : upper[0];
}

function figure(title: string, summary: string, picture: Markup): Markup {
  return html`<figure><figcaption>${title}. <span class="note">${summary}</span></figcaption>${picture}</figure>`;
}

/** Units of the picture that a digit takes at the largest size, which a telephone gets. */
const CHARACTER = 9.5;

/** How wide the labels of the y axis get: Plot does not make room for them by itself. */
function tickCharacters({ y }: PlotOptions): number {
  const [low = 0, high = 0] = (y?.domain ?? [0, 100]) as number[];
  const most = Math.max(Math.abs(low), Math.abs(high));
  const digits = most >= 10 ? Math.round(most).toLocaleString('en').length : most >= 1 ? 3 : 5;
  return digits + (low < 0 ? 1 : 0);
}

/**
 * Plot's own style element would need a hole in the page's content security policy: what little it
 * says is in distribution.css. Beside it Plot sets attributes only.
 */
function svg(options: PlotOptions): Markup {
  const picture = plot({
    ...options,
    // By default the label stands at the very bottom, where its descenders are cut.
    x: { ...options.x, labelOffset: 42 },
    document,
    width: 540,
    height: 266,
    marginLeft: Math.max(48, 18 + CHARACTER * tickCharacters(options)),
    // Half of the last label on the x axis stands out there.
    marginRight: 36,
    marginTop: 28,
    marginBottom: 54,
  });
  picture.querySelector('style')?.remove();
  picture.setAttribute('aria-hidden', 'true');
  return trusted(picture.outerHTML);
}
