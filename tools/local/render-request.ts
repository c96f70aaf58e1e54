import { ATTR } from '../../lib/telemetry/names.ts';
import { formatMs, TEXT_COLUMNS, wrapText } from '../cli/format.ts';
import type { Failures } from '../compare/result/failures.ts';
import { isFirstOfInstance, missingEdges } from '../traces/completeness.ts';
import { failureOf } from '../traces/failure.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import { renderWaterfall } from '../traces/render-waterfall.ts';
import { wrongCountOf } from '../traces/span.ts';
import type { Waterfall } from '../traces/waterfall.ts';
import { completeAt, knowsColdAt, type Level } from './instrument.ts';
import type { BrokenTrace } from './platform-summary.ts';
import { PLATFORM_LABEL, platformOf } from './platforms/labels.ts';

const LONGEST_QUERY = 24;
const SHORTEST_QUERY = 12;

/**
 * One request in at most 100 columns: what it asked and got, or what is wrong with it. In a narrower
 * terminal without the number of spans, so that it fits 80.
 */
export function renderRequestLine(tree: NormalisedTrace, columns = TEXT_COLUMNS): string {
  const { root, nodes } = tree;
  const platform = platformOf(nodes.map(({ span }) => span));
  const head = [
    new Date(tree.startMs).toISOString().slice(11, 19),
    (platform ? PLATFORM_LABEL[platform] : '?').padEnd(17),
    tree.traceId.slice(0, 8),
    formatMs((root?.endMs ?? 0) - (root?.startMs ?? 0)).padStart(8),
  ].join('  ');
  const fault = faultOf(tree);
  if (fault !== null) return cut(`${head}  ${fault}`);
  const attributes = root?.span.attributes ?? {};
  const narrow = columns < TEXT_COLUMNS;
  const spans = narrow ? '' : `${`${nodes.length} spans`.padStart(9)}  `;
  const wrong = root && wrongCountOf(root.span);
  const answer = wrong
    ? `WRONG: ${wrong.count}, expected ${wrong.expected}`
    : linesFound(attributes[ATTR.matchCount]) + (isFirstOfInstance(tree) ? ', cold start' : '');
  const query = JSON.stringify(attributes[ATTR.query] ?? '');
  const room = Math.min(columns, TEXT_COLUMNS) - head.length - spans.length - answer.length - 4;
  const shortest = narrow ? SHORTEST_QUERY / 2 : SHORTEST_QUERY;
  const shown = cut(query, Math.max(shortest, Math.min(LONGEST_QUERY, room)));
  return cut(`${head}  ${spans}${shown}  ${answer}`);
}

const linesFound = (count = '?') => `${count} line${count === '1' ? '' : 's'}`;

/** Why there is no answer to show, or no trust in the trace. */
function faultOf(tree: NormalisedTrace): string | null {
  const failure = failureOf(tree);
  if (failure !== null) return `✗ ${failure.outcome.replace(/^status /, '')}: ${failure.where}`;
  const [missing] = missingEdges(tree);
  return missing === undefined ? null : `INCOMPLETE: ${missing}`;
}

const cut = (text: string, columns = TEXT_COLUMNS) =>
  text.length > columns ? `${text.slice(0, columns - 1)}…` : text;

const LEGEND =
  "█ a program's span  ▒ the platform's own  • event  indented: called by the line above\n";

/** What a complete trace has and a level of `--instrument` does not make. */
type Unmade = Readonly<{ level: Level; edges: readonly string[] }>;

/** One typical request; `platform` as people call it, `unmade` what its level does not make. */
export function renderTypical(
  platform: string,
  waterfall: Waterfall,
  { level, edges }: Unmade = { level: 'all', edges: [] },
): string {
  const title = !knowsColdAt(level)
    ? `The median request on ${platform}:`
    : waterfall.cold
      ? `The median request on ${platform} (no request was warm):`
      : `The median warm request on ${platform}:`;
  const remarks = edges.map((edge) => `not made with --instrument ${level}: ${edge}`);
  const drawn = renderWaterfall(waterfall, TEXT_COLUMNS, {
    remarks,
    // It is one of those that the totals count so.
    ...(level !== 'all' && { state: completeAt(level) }),
  });
  return `\n${title}\n\n${drawn}${LEGEND}`;
}

/** A request that failed. */
export function renderFailed(
  platform: string,
  { outcome, where }: Pick<Failures, 'outcome' | 'where'>,
  waterfall: Waterfall,
): string {
  const title = wrapText(`A request on ${platform} that failed with ${outcome}: ${where}`);
  return `\n${title.join('\n')}\n\n${renderWaterfall(waterfall)}${LEGEND}`;
}

/** The first incomplete trace and what it lacks. */
export function renderBroken(platform: string, { waterfall, lacks }: BrokenTrace): string {
  const what = wrapText(`The trace of a request on ${platform} is incomplete. It lacks:`);
  const edges = lacks.flatMap((edge) => wrapText(edge, '    ', '  - '));
  return `\n${[...what, ...edges].join('\n')}\n\n${renderWaterfall(waterfall)}${LEGEND}`;
}
