import { counted, printable, wrapText } from '../cli/format.ts';
import { renderWaterfall } from '../traces/render-waterfall.ts';
import type { Diagnosis, Finding } from './diagnose.ts';

/** Of each finding; the JSON has more. */
const SHOWN = 3;
const LONGEST_DETAIL = 400;

/** The diagnosis for a terminal: control characters of traces are made visible. */
export function renderText(diagnosis: Diagnosis, scope: string): string {
  const { traces, spans, logLines, findings, notes, notChecked, leftOut } = diagnosis;
  const logs = logLines === null ? '' : `, ${amount(logLines, 'log line')}`;
  return [
    ...wrapText(verdictOf(diagnosis)),
    ...wrapText(`Read ${scope}: ${amount(traces, 'trace')}, ${amount(spans, 'span')}${logs}.`),
    ...listed('Left out', leftOut),
    ...listed(
      'Not checked',
      notChecked.map(({ rule, why }) => `${rule}: ${why}`),
    ),
    ...listed('Note', notes),
    ...findings.flatMap(renderFinding),
    '',
  ].join('\n');
}

function verdictOf({ findings, rules, leftOut }: Diagnosis): string {
  if (findings.length > 0) return `${counted(findings.length, 'finding')}:`;
  const looked = `${rules.length} rules looked and found nothing`;
  return leftOut.length === 0
    ? `Healthy: ${looked}.`
    : `Healthy as far as it was read: ${looked}, but something was left out.`;
}

const listed = (label: string, items: readonly string[]): readonly string[] =>
  items.flatMap((item) => wrapText(`${label}: ${item}.`, '  '));

function renderFinding(finding: Finding): readonly string[] {
  const { id, count, sightings, exemplar } = finding;
  const shown = sightings.slice(0, SHOWN);
  const more = count - shown.length;
  return [
    '',
    `${id} (${count})`,
    ...wrapText(finding.finding, '  '),
    ...labelled('Cause', finding.cause),
    ...labelled('Fix', finding.fix),
    ...shown.flatMap(({ traceId, detail }) => {
      const cut = detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail;
      return [
        ...(traceId === null ? [] : [`  - trace ${printable(traceId)}`]),
        ...wrapText(cut, '    '),
      ];
    }),
    ...(shown.length > 0 && more > 0 ? [`    and ${more} more`] : []),
    ...(exemplar === null ? [] : ['', ...renderWaterfall(exemplar).trimEnd().split('\n')]),
  ];
}

const labelled = (label: string, text: string): readonly string[] =>
  wrapText(text, '         ', `  ${`${label}:`.padEnd(7)}`);

const amount = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
