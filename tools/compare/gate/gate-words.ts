import { formatSignedMs } from '../../cli/format.ts';
import { digitsOf } from '../text/digits.ts';
import type { Unit } from './condition.ts';
import type { Gate, Judged, Outcome } from './gate.ts';

/** The gate in words, the same in every output. */

export const outcomeWord = (outcome: Outcome): string =>
  ({ fails: 'fails', passes: 'passes', undecided: 'not enough data' })[outcome];

/** What the outcome of the gate means for the command. */
export function gateHeadline({ outcome, requireVerdict }: Gate): string {
  switch (outcome) {
    case 'fails':
      return 'Gate: fails.';
    case 'passes':
      return 'Gate: passes.';
    case 'undecided':
      return requireVerdict
        ? 'Gate: fails, because there is not enough data and --require-verdict asks for a verdict.'
        : 'Gate: not enough data to decide. It does not fail; with --require-verdict it would.';
  }
}

/** Why it came out so, with the figures. */
export function judgedText(judged: Judged): string {
  const { outcome, reason } = judged;
  if (reason !== null) return `${reason}. ${smallestText(judged)}`;
  const found = `${foundText(judged)} (${intervalText(judged)})`;
  const why = {
    fails: 'the complete interval is beyond the limit',
    passes: 'the complete interval is within the limit',
    undecided: 'the limit lies inside the interval',
  }[outcome];
  return `${found}: ${why}. ${smallestText(judged)}`;
}

/** The figure that was found: of one side alone without a sign. */
export const foundText = ({ estimate, unit, of }: Pick<Judged, 'estimate' | 'unit' | 'of'>) =>
  of === 'value' && estimate !== null ? formatSize(estimate, unit) : formatUnit(estimate, unit);

/** `95 %`, of three conditions `98.3 %`. */
const confidenceText = ({ confidence }: Gate): string =>
  `${Number((confidence * 100).toFixed(1))} %`;

/** How the intervals hold together; nothing of one condition. */
export const togetherText = (gate: Gate): string | null =>
  gate.conditions.length < 2
    ? null
    : `Intervals are at ${confidenceText(gate)}, so that the chance of any false failure among ${gate.conditions.length} conditions is at most 5 % (Bonferroni).`;

/** The conditions as a table, with what stands above and below it. `right`: columns of figures. */
export function gateTable(gate: Gate) {
  return {
    title: gateHeadline(gate).replace(/\.$/, ''),
    heads: [
      { name: 'Outcome' },
      { name: 'Fails if' },
      { name: 'Found', right: true },
      { name: `${confidenceText(gate)} interval` },
      { name: DATA_FINDS, right: true },
    ],
    rows: gate.conditions.map((judged) => ({
      outcome: outcomeWord(judged.outcome),
      reason: judged.reason,
      condition: judged.condition,
      figures: [foundText(judged), intervalText(judged), dataFinds(judged)] as const,
    })),
    legend: {
      term: DATA_FINDS,
      meaning: 'a difference that this much data finds in 8 of 10 cases.',
    },
    together: togetherText(gate),
  };
}

const DATA_FINDS = 'Data finds';

const dataFinds = ({ smallestDifference, unit }: Judged): string =>
  smallestDifference === null ? '–' : formatSize(smallestDifference, unit);

export function intervalText({
  interval,
  unit,
  of,
}: Pick<Judged, 'interval' | 'unit' | 'of'>): string {
  if (interval === null) return '–';
  const digits = digitsOf(interval);
  const unsigned = (text: string) => (of === 'value' ? text.replace('+', '') : text);
  const end = (value: number | null) =>
    value === null ? 'no bound' : unsigned(formatUnit(value, unit, digits));
  return `${end(interval.low)} to ${end(interval.high)}`;
}

function smallestText({ smallestDifference, unit }: Judged): string {
  if (smallestDifference === null) return 'What this much data could find is not known.';
  const size = formatSize(smallestDifference, unit);
  return `In 8 of 10 cases, this much data finds a difference of ${size}.`;
}

/** With its sign: `+12.3 %`, `-1.20 ms`, `+0.4 points`. */
export function formatUnit(value: number | null, unit: Unit, digits = 2): string {
  if (value === null) return '–';
  if (unit === 'ms') return formatSignedMs(value);
  const figure = digits === 2 ? significant(Math.abs(value)) : Math.abs(value).toFixed(digits);
  const sign = figure === '0' ? '' : value < 0 ? '-' : '+';
  return `${sign}${figure} ${unit}`;
}

/** Without a sign. */
export const formatSize = (value: number, unit: Unit): string =>
  unit === 'ms' ? formatSignedMs(value).replace('+', '') : `${significant(value)} ${unit}`;

const significant = (value: number): string => {
  if (value >= 100) return value.toFixed(0);
  return String(Number(value.toFixed(value >= 10 ? 1 : 2)));
};
