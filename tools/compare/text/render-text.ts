import { TEXT_COLUMNS, wrapText } from '../../cli/format.ts';
import { type ConfigurationDifference, groupDifferences } from '../cohorts/configuration.ts';
import { gateLines } from '../gate/render-gate.ts';
import type { Comparison } from '../result/comparison.ts';
import { titleOf } from '../result/warning-texts.ts';
import { costIn, costLegend } from './cost-words.ts';
import { legendOf } from './legend.ts';
import { cohortLines } from './render-cohorts.ts';
import { failedExemplarLines, failureLines } from './render-failures.ts';
import { hopLines, signLegend } from './render-hops.ts';
import { tailLines } from './render-tails.ts';
import { totalLines } from './render-totals.ts';
import { severalRootsText } from './several-roots.ts';
import {
  hopsLeftOutText,
  isOneSided,
  LOCAL_LABEL,
  readingWarnings,
  smallestText,
  verdictBasis,
  verdictSentence,
} from './wording.ts';

/** The comparison for a terminal of so many columns: verdict, gate, tails, hops, warnings. */
export function renderText(comparison: Comparison, width = TEXT_COLUMNS): string {
  const { cohorts, hops, methods, unmatched, source } = comparison;
  const labels = { a: cohorts.a.label, b: cohorts.b.label };
  if (unmatched.length > 0) {
    return joinBlocks([
      [...unmatched, ...(source.local ? [LOCAL_LABEL] : [])].flatMap((line) =>
        wrapText(line, '', '', width),
      ),
      gateLines(comparison.gate, width),
      cohortLines(comparison, width),
      readingWarnings(comparison).length === 0
        ? []
        : warningLines({ warnings: readingWarnings(comparison) }, width),
    ]);
  }
  return joinBlocks([
    verdictLines(comparison, [], width),
    gateLines(comparison.gate, width),
    tailLines(comparison, width),
    failureLines(comparison, width),
    failedExemplarLines(comparison, width),
    cohortLines(comparison, width),
    hopLines(comparison, 'warm', width),
    hopLines(comparison, 'cold', width),
    hops.length === 0
      ? []
      : [
          ...hopsLeftOutText(comparison),
          ...legendOf(labels, comparison),
          signLegend(width),
          ...[costLegend(costIn(comparison), labels)].filter((line) => line !== null),
        ].flatMap((line) => wrapText(line, '', '', width)),
    warningLines(comparison, width),
    totalLines(comparison, width),
    ['METHOD', ...methods.flatMap((method) => wrapText(method, '    ', '  ', width))],
  ]);
}

/** Blocks of lines with a blank line between them; empty ones are left out. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** The verdict, what to do next as it is, since people copy it, and what may confound the verdict. */
export function verdictLines(
  comparison: Comparison,
  advice: readonly string[] = [],
  width = TEXT_COLUMNS,
): readonly string[] {
  const wrap = (text: string, indent = '') => wrapText(text, indent, indent, width);
  return [
    ...wrap(verdictSentence(comparison)),
    ...advice,
    ...wrap(verdictBasis(comparison), '  '),
    ...severalRootsText(comparison).flatMap((line) => wrap(line, '  ')),
    ...[smallestText(comparison) ?? []].flat().flatMap((line) => wrap(line, '  ')),
    ...(comparison.reconciliation === null ? [] : wrap(comparison.reconciliation)),
    ...configurationLines(comparison, width),
    ...(comparison.source.local ? wrap(LOCAL_LABEL) : []),
  ];
}

export function warningLines(
  { warnings }: Pick<Comparison, 'warnings'>,
  width = TEXT_COLUMNS,
): readonly string[] {
  if (warnings.length === 0) return ['No warnings.'];
  return [
    'WARNINGS',
    ...warnings.flatMap((warning) => [
      ...wrapText(`! ${titleOf(warning.id)}: ${warning.finding}`, '    ', '', width),
      ...wrapText(warning.advice, '    ', '    ', width),
    ]),
  ];
}

function configurationLines(comparison: Comparison, width: number): readonly string[] {
  if (isOneSided(comparison)) {
    return wrapText(
      'Configuration: not compared, because one of the cohorts has no traces.',
      '',
      '',
      width,
    );
  }
  const { configuration, cohorts } = comparison;
  const describe = ({ key, a, b }: ConfigurationDifference) =>
    `${key}: ${a} in ${cohorts.a.label}, ${b} in ${cohorts.b.label}`;
  const { chosen, statedOnce, byNature } = groupDifferences(configuration);
  return [
    ...(chosen.length === 0
      ? ['Configuration: the spans state no difference.']
      : [
          ...wrapText(
            'CONFIGURATION DIFFERS, the likeliest confounder of this verdict:',
            '',
            '',
            width,
          ),
          ...chosen.flatMap((difference) => wrapText(describe(difference), '    ', '  ', width)),
        ]),
    ...statedOnce.flatMap((difference) =>
      wrapText(`May differ, stated on one side only: ${describe(difference)}`, '    ', '', width),
    ),
    ...byNature.flatMap((difference) =>
      wrapText(`Inherent to the platforms: ${describe(difference)}`, '    ', '', width),
    ),
  ];
}
