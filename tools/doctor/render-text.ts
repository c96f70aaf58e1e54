import { excerpt } from '../../lib/telemetry/excerpt.ts';
import { counted, printable, TEXT_COLUMNS, wrapText } from '../cli/format.ts';
import { renderWaterfall } from '../traces/render-waterfall.ts';
import type { Diagnosis } from './diagnose.ts';
import type { Finding } from './findings.ts';

/** Of each finding; the JSON has more. */
const SHOWN = 3;
const LONGEST_DETAIL = 400;

/** The diagnosis for a terminal: control characters of traces are made visible. */
export function renderText(diagnosis: Diagnosis, scope: string, columns = TEXT_COLUMNS): string {
  const { traces, scheduleCalls, spans, logLines, findings, notes, notChecked, leftOut } =
    diagnosis;
  const logs = logLines === null ? '' : `, ${amount(logLines, 'log line')}`;
  const calls =
    scheduleCalls === 0 ? '' : ` (${scheduleCalls} of them the schedule's calls to loadgen)`;
  return [
    ...wrapText(verdictOf(diagnosis), '', '', columns),
    ...wrapText(
      `Read ${scope}: ${amount(traces, 'trace')}${calls}, ${amount(spans, 'span')}${logs}.`,
      '',
      '',
      columns,
    ),
    ...listed('Left out', leftOut, columns),
    ...listed(
      'Not checked',
      notChecked.map(({ rule, why }) => `${rule}: ${why}`),
      columns,
    ),
    ...listed('Note', notes, columns),
    ...findings.flatMap((finding) => renderFinding(finding, columns)),
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

const listed = (label: string, items: readonly string[], columns: number): readonly string[] =>
  items.flatMap((item) => wrapText(`${label}: ${item}.`, '    ', '  ', columns));

function renderFinding(finding: Finding, columns: number): readonly string[] {
  const { id, count, sightings, exemplar } = finding;
  const shown = sightings.slice(0, SHOWN);
  const more = count - shown.length;
  return [
    '',
    `${id} (${count})`,
    ...wrapText(finding.finding, '  ', '  ', columns),
    ...labelled('Cause', finding.cause, columns),
    ...labelled('Fix', finding.fix, columns),
    ...shown.flatMap(({ traceId, detail }) => {
      const cut = excerpt(detail, LONGEST_DETAIL);
      return [
        ...(traceId === null ? [] : [`  - trace ${printable(traceId)}`]),
        ...wrapText(cut, '    ', '    ', columns),
      ];
    }),
    ...(shown.length > 0 && more > 0 ? [`    and ${more} more`] : []),
    ...(exemplar === null ? [] : ['', ...renderWaterfall(exemplar, columns).trimEnd().split('\n')]),
  ];
}

const labelled = (label: string, text: string, columns: number): readonly string[] =>
  wrapText(text, '         ', `  ${`${label}:`.padEnd(7)}`, columns);

/** Not by toLocaleString, which takes 5 ms to load its data. */
const amount = (count: number, noun: string): string =>
  `${String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`;
