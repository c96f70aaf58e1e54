import { wrapText } from '../cli/format.ts';
import type { Diagnosis, Finding } from './diagnose.ts';

/** Of each finding; the JSON has more. */
const SHOWN = 3;
const LONGEST_DETAIL = 400;

/** The diagnosis for a terminal: at most 100 columns, control characters of traces made visible. */
export function renderText(diagnosis: Diagnosis, scope: string): string {
  const { traces, spans, logLines, rules, findings } = diagnosis;
  const read = [
    `${count(traces, 'trace')} with ${count(spans, 'span')}`,
    logLines === null ? 'no log file (unlinked logs not looked for)' : count(logLines, 'log line'),
  ].join(', ');
  const verdict =
    findings.length === 0
      ? `Healthy: ${rules.length} rules looked and found nothing.`
      : `${count(findings.length, 'finding')}:`;
  return [
    ...wrapText(verdict),
    ...wrapText(`Read from ${scope}: ${read}.`),
    ...findings.flatMap(renderFinding),
    '',
  ].join('\n');
}

function renderFinding(finding: Finding): string[] {
  const { id, sightings } = finding;
  const more = finding.count - Math.min(SHOWN, sightings.length);
  return [
    '',
    `${id} (${finding.count})`,
    ...wrapText(finding.finding, '  '),
    ...labelled('Cause', finding.cause),
    ...labelled('Cure', finding.cure),
    ...sightings.slice(0, SHOWN).flatMap(({ traceId, detail }) => {
      const cut = detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail;
      return [...(traceId === null ? [] : [`  - trace ${traceId}`]), ...wrapText(cut, '    ')];
    }),
    ...(sightings.length > 0 && more > 0 ? [`    and ${more} more`] : []),
  ];
}

const labelled = (label: string, text: string): readonly string[] =>
  wrapText(text, '         ', `  ${`${label}:`.padEnd(7)}`);

const count = (amount: number, noun: string): string =>
  `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
