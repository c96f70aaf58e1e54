import { printable } from '../../cli/format.ts';
import { linkCommands } from '../../traces/sources/bigquery/errors.ts';
import type { Result } from './check.ts';

const MARK: Readonly<Record<Result['status'], string>> = {
  passed: 'ok',
  failed: 'FAILED',
  skipped: '-',
  'not asked': '-',
};

/** One line for each check, and below a failed one what is wrong and, on a line alone, the command. */
export function renderResult({ title, status, findings, reason }: Result): string {
  const note =
    status === 'not asked'
      ? ' (not checked: it depends on a check that failed)'
      : reason === undefined
        ? ''
        : ` (skipped: ${printable(reason)})`;
  return [
    `${MARK[status].padEnd(6)} ${title}${note}`,
    ...findings.flatMap(({ text, fix }) => [
      `         ${printable(text)}`,
      ...(fix === undefined ? [] : [`         fix: ${printable(fix)}`]),
    ]),
    '',
  ].join('\n');
}

/** How to read more traces than the API's quota allows; null unless every check passed. */
export function renderNext(results: readonly Result[], projectId: string): string | null {
  if (results.some(({ status }) => status === 'failed')) return null;
  const dataset = 'trace_spans';
  return `
To compare a day of traffic, link Cloud Trace's spans to BigQuery once:
${linkCommands({ projectId, dataset })}
and then: npx shakesapp compare --bigquery ${projectId}.${dataset} --since 1d
`;
}

export function renderVerdict(results: readonly Result[]): string {
  const count = (wanted: Result['status']) =>
    results.filter(({ status }) => status === wanted).length;
  const [failed, skipped] = [count('failed'), count('skipped')];
  const rest = skipped === 0 ? '' : `; ${skipped} skipped`;
  if (failed === 0) return `\nReady: every check passed${rest}.\n`;
  return `\n${failed} of ${results.length} checks failed${rest}. Fix the first one first.\n`;
}
