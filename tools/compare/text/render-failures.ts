import { TEXT_COLUMNS, wrapText } from '../../cli/format.ts';
import { renderWaterfall } from '../../traces/render-waterfall.ts';
import type { Comparison } from '../result/comparison.ts';
import { failedText, spanOfTime } from './wording.ts';

/** How many requests failed, how, where they ended and since when; nothing where none did. */
export function failureLines(
  { failures, cohorts }: Comparison,
  width = TEXT_COLUMNS,
): readonly string[] {
  if (failures.length === 0) return [];
  const { a, b } = { a: cohorts.a.label, b: cohorts.b.label };
  return [
    ...wrapText(`FAILED REQUESTS: ${failedText({ failures, cohorts })}`, '    ', '', width),
    ...failures.flatMap(({ outcome, where, requests, since, last, detail, exemplar }) => [
      ...wrapText(
        `${outcome}: ${where}: ${requests.a} in ${a}, ${requests.b} in ${b}`,
        '    ',
        '  ',
        width,
      ),
      ...wrapText(spanOfTime(since, last), '      ', '    ', width),
      ...wrapText(`for example trace ${exemplar.traceId}: ${detail}`, '      ', '    ', width),
    ]),
  ];
}

/** The first of the most frequent kind, span by span. */
export function failedExemplarLines(
  { failures, cohorts }: Comparison,
  width: number,
): readonly string[] {
  const [most] = failures;
  const waterfall = most?.exemplar.waterfall ?? null;
  if (most === undefined || waterfall === null) return [];
  return [
    ...wrapText(
      `A FAILED REQUEST of ${cohorts[most.exemplar.cohort].label}: ${most.outcome}: ${most.where}`,
      '',
      '',
      width,
    ),
    ...renderWaterfall(waterfall, width).trimEnd().split('\n'),
  ];
}
