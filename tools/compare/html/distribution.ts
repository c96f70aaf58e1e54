import { dot, lineY, plot, ruleY, text } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Sides } from '../cohorts/cohort.ts';
import type { EcdfPoint, QuantileDifference } from '../statistics/quantiles.ts';
import { html, type Markup, trusted } from './markup.ts';
import { formatDifferenceMs, formatMs, type Labels } from './words.ts';

const { document } = parseHTML('<!doctype html><html></html>');

export type Distribution = Readonly<{
  title: string;
  ecdf: Sides<readonly EcdfPoint[]>;
  quantileDifferences: readonly QuantileDifference[];
  labels: Labels;
}>;

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
function renderEcdf({ title, ecdf: full, labels }: Distribution): Markup {
  const edgeMs = rightEdgeMs(full);
  const ecdf = { a: cutTail(full.a, edgeMs), b: cutTail(full.b, edgeMs) };
  const slowestMs = Math.max(...[...full.a, ...full.b].map(([ms]) => ms));
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
  /** Beside its curve's middle: who sees no colours still knows which is which. */
  const letter = (points: readonly EcdfPoint[], side: 'a' | 'b') =>
    text(points.filter(([, fraction]) => fraction >= 0.5).slice(0, 1), {
      x: ([ms]: EcdfPoint) => ms,
      y: 50,
      text: () => side.toUpperCase(),
      fill: `var(--${side})`,
      fontWeight: 700,
      dx: side === first ? -12 : 12,
    });
  const summary = (['a', 'b'] as const)
    .map((side) => `${labels[side]} ${formatMs(medianOf(ecdf[side]))}`)
    .join(', ');
  return figure(
    `${title}: share of requests at or below a time`,
    `Medians: ${summary}.${cut || ''}`,
    svg({
      x: { label: 'milliseconds', grid: true, nice: true },
      y: { label: 'per cent of requests', domain: [0, 100], grid: true },
      marks: [
        ruleY([0]),
        curve(ecdf.a, 'a'),
        curve(ecdf.b, 'b'),
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
  const at = (fraction: number) =>
    formatDifferenceMs(quantileDifferences.find(([p]) => p === fraction)?.[1] ?? null);
  return figure(
    `${title}: quantile of A minus the same quantile of B`,
    `At the median ${at(0.5)}, at p95 ${at(0.95)}. Above zero B is faster.`,
    svg({
      x: { label: 'quantile, per cent', domain: [0, 100] },
      y: { label: 'A − B, milliseconds', grid: true, nice: true, zero: true },
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

/** The curve up to the edge, level from its last step before it. */
export function cutTail(points: readonly EcdfPoint[], edgeMs: number): readonly EcdfPoint[] {
  const inside = points.filter(([ms]) => ms <= edgeMs);
  const last = inside.at(-1);
  return last === undefined || inside.length === points.length
    ? inside
    : [...inside, [edgeMs, last[1]]];
}

function medianOf(points: readonly EcdfPoint[]): number | null {
  return points.find(([, fraction]) => fraction >= 0.5)?.[0] ?? null;
}

function figure(title: string, summary: string, picture: Markup): Markup {
  return html`<figure><figcaption>${title}. <span class="note">${summary}</span></figcaption>${picture}</figure>`;
}

/**
 * Plot's own style element would need a hole in the page's content security policy: what little it
 * says is in distribution.css. Beside it Plot sets attributes only.
 */
function svg(options: Parameters<typeof plot>[0]): Markup {
  const picture = plot({
    ...options,
    document,
    width: 540,
    height: 250,
    marginLeft: 48,
    marginTop: 28,
    marginBottom: 38,
  });
  picture.querySelector('style')?.remove();
  picture.setAttribute('aria-hidden', 'true');
  return trusted(picture.outerHTML);
}
