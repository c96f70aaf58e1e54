import { wrapText } from '../../cli/format.ts';
import type { Gate } from './gate.ts';
import { gateHeadline, judgedText, outcomeWord, togetherText } from './gate-words.ts';

/** The gate for a terminal; nothing where none was asked for. */
export function gateLines(gate: Gate | undefined, width?: number): readonly string[] {
  if (gate === undefined) return [];
  return [
    ...wrapText(gateHeadline(gate), '', '', width),
    ...[togetherText(gate) ?? []].flat().flatMap((line) => wrapText(line, '  ', '  ', width)),
    ...gate.conditions.flatMap((judged) => [
      ...wrapText(`${outcomeWord(judged.outcome)}: ${judged.condition}`, '    ', '  ', width),
      ...wrapText(judgedText(judged), '      ', '      ', width),
    ]),
  ];
}
