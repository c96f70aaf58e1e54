import { printable } from '../compare/format.ts';
import type { Diagnosis, Finding } from './diagnose.ts';

const COLUMNS = 100;
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
    ...wrap(verdict, ''),
    ...wrap(`Read from ${printable(scope)}: ${read}.`, ''),
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
    ...wrap(finding.finding, '  '),
    ...labelled('Cause', finding.cause),
    ...labelled('Cure', finding.cure),
    ...sightings.slice(0, SHOWN).flatMap(({ traceId, detail }) => {
      const text = printable(detail);
      const cut = text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text;
      return [...(traceId === null ? [] : [`  - trace ${traceId}`]), ...wrap(cut, '    ')];
    }),
    ...(sightings.length > 0 && more > 0 ? [`    and ${more} more`] : []),
  ];
}

const labelled = (label: string, text: string): string[] =>
  wrap(text, '         ').map((line, index) =>
    index === 0 ? `  ${`${label}:`.padEnd(7)}${line.trimStart()}` : line,
  );

/** Breaks between words, and inside a word that is longer than a line. */
function wrap(text: string, indent: string): string[] {
  const width = COLUMNS - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((part) => indent + part);
}

const count = (amount: number, noun: string): string =>
  `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
