import { formatFigure } from '../../cli/format.ts';
import { groupDifferences } from '../cohorts/configuration.ts';
import type { Gate } from '../gate/gate.ts';
import { gateTable } from '../gate/gate-words.ts';
import type { Comparison } from '../result/comparison.ts';
import { titleOf } from '../result/warning-texts.ts';
import { leftOut } from './left-out.ts';
import { escapeMarkdown, renderTable } from './markdown.ts';
import { hasNoEstimate, hasNoTails, tailFigure, tailName, tailNotes } from './render-tails.ts';
import { severalRootsText } from './several-roots.ts';
import {
  differenceText,
  hopVerdictWord,
  isOneSided,
  LOCAL_LABEL,
  notCompared,
  ratioText,
  readingWarnings,
  smallestText,
  verdictBasis,
  verdictSentence,
} from './wording.ts';

const MOST_HOPS = 40;
const MOST_LISTED = 20;

/** The comparison as Markdown for the summary of a CI job: verdict, gate, hops, warnings. */
export function renderSummary(comparison: Comparison): string {
  const { cohorts, unmatched, source } = comparison;
  const sides = `A is ${escapeMarkdown(cohorts.a.label)}, B is ${escapeMarkdown(cohorts.b.label)}.`;
  const verdict =
    unmatched.length > 0
      ? ['### Nothing to compare', ...unmatched.map(escapeMarkdown)]
      : [
          `### ${escapeMarkdown(verdictSentence(comparison))}`,
          escapeMarkdown(verdictBasis(comparison)),
          ...[smallestText(comparison) ?? []].flat().map(escapeMarkdown),
        ];
  const blocks: readonly (readonly string[])[] = [
    ...verdict.map((line) => [line]),
    ...[...severalRootsText(comparison), ...leftOut(comparison)].map((line) => [
      escapeMarkdown(line),
    ]),
    [source.local ? `${sides} **${LOCAL_LABEL}**` : sides],
    ...(comparison.gate === undefined ? [] : gateBlocks(comparison.gate)),
    ...(unmatched.length > 0
      ? []
      : [configurationItems(comparison), ...tailBlocks(comparison), ...hopBlocks(comparison)]),
    warningItems(unmatched.length > 0 ? readingWarnings(comparison) : comparison.warnings),
  ];
  const shown = blocks.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n\n`;
}

function gateBlocks(gate: Gate): readonly (readonly string[])[] {
  const { title, heads, rows, legend, together } = gateTable(gate);
  return [
    [`#### ${title}`],
    renderTable(
      heads,
      rows.map(({ outcome, reason, condition, figures }) => [
        `**${outcome}**${reason === null ? '' : `: ${escapeMarkdown(reason)}`}`,
        escapeMarkdown(condition),
        ...figures,
      ]),
    ),
    [`*${legend.term}*: ${legend.meaning}`],
    [together ?? []].flat().map(escapeMarkdown),
  ];
}

function configurationItems(comparison: Comparison): readonly string[] {
  if (isOneSided(comparison)) return [];
  const { chosen } = groupDifferences(comparison.configuration);
  if (chosen.length === 0) return [];
  return [
    '#### Configuration differs',
    ...limited(
      chosen.map(
        ({ key, a, b }) =>
          `- ${escapeMarkdown(key)}: ${escapeMarkdown(a)} in A, ${escapeMarkdown(b)} in B`,
      ),
    ),
  ];
}

function tailBlocks({ tails }: Comparison): readonly (readonly string[])[] {
  if (hasNoTails(tails)) return [];
  const notes = tailNotes(tails).map(escapeMarkdown);
  if (hasNoEstimate(tails)) return [['Latency:', '', ...notes.map((note) => `- ${note}`)]];
  const head = ['Latency, ms', 'A', 'B', 'A / B'].map((name, at) => ({ name, right: at > 0 }));
  const rows = tails.map((tail) => [
    tailName(tail),
    tailFigure(tail.a),
    tailFigure(tail.b),
    ratioText(tail.ratio),
  ]);
  return [renderTable(head, rows), notes];
}

function hopBlocks(comparison: Comparison): readonly (readonly string[])[] {
  const warm = comparison.hops.filter(({ stratum }) => stratum === 'warm');
  if (warm.length === 0) return [];
  const labels = { a: 'A', b: 'B' };
  const lacking = notCompared(comparison, 'warm');
  const head = [
    { name: 'Hop, warm' },
    { name: 'Time' },
    { name: 'A p50, ms', right: true },
    { name: 'B p50, ms', right: true },
    { name: 'A − B, typical' },
    { name: 'Verdict' },
  ];
  const rows = warm
    .slice(0, MOST_HOPS)
    .map((hop) => [
      `${'&emsp;'.repeat(Math.min(hop.depth, 6))}${escapeMarkdown(`${hop.service} ${hop.name}`)}`,
      hop.measure,
      formatFigure(hop.a?.selfP50Ms ?? null),
      formatFigure(hop.b?.selfP50Ms ?? null),
      hop.verdict === 'not-enough-data' ? '–' : differenceText(hop.differenceMs),
      hop.verdict.endsWith('faster')
        ? `**${hopVerdictWord(hop, labels, lacking)}**`
        : hopVerdictWord(hop, labels, lacking),
    ]);
  const rest = warm.length - rows.length;
  return [
    ['#### Where the difference arises'],
    renderTable(head, rows),
    rest > 0 ? [`${rest} more hops in the report.`] : [],
  ];
}

function warningItems(warnings: Comparison['warnings']): readonly string[] {
  if (warnings.length === 0) return ['No warnings.'];
  return [
    '#### Warnings',
    ...limited(
      warnings.map(
        ({ id, finding, advice }) =>
          `- **${titleOf(id)}**: ${escapeMarkdown(finding)}. ${escapeMarkdown(advice)}`,
      ),
    ),
  ];
}

const limited = (items: readonly string[]): readonly string[] =>
  items.length <= MOST_LISTED
    ? items
    : [...items.slice(0, MOST_LISTED), `- and ${items.length - MOST_LISTED} more`];
