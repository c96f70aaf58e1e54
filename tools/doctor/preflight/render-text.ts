import { printable } from '../../cli/format.ts';
import { linkCommands } from '../../traces/sources/bigquery/errors.ts';
import type { Result } from './check.ts';

const MARK: Readonly<Record<Exclude<Result['status'], 'not asked'>, string>> = {
  passed: 'ok',
  failed: 'FAILED',
  skipped: '-',
};

/**
 * One line for each check, and below a failed one what is wrong and, on a line alone, the command. Empty
 * for a check that was not made: the verdict lists those, instead of one line each with the same reason.
 */
export function renderResult({ title, status, findings, reason }: Result): string {
  if (status === 'not asked') return '';
  const note = reason === undefined ? '' : ` (skipped: ${printable(reason)})`;
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
  const of = (wanted: Result['status']) => results.filter(({ status }) => status === wanted);
  const [failed, skipped, notMade] = [of('failed'), of('skipped'), of('not asked')];
  const rest = skipped.length === 0 ? '' : `; ${skipped.length} skipped`;
  if (failed.length === 0) return `\nReady: every check passed${rest}.\n`;
  const fix = failed.length === 1 ? 'Fix it' : 'Fix the first one first';
  const verdict = `\n${failed.length} of ${results.length} checks failed${rest}.`;
  if (notMade.length === 0) return `${verdict} ${fix}.\n`;
  // Without credentials nothing else can be asked: the names of all other checks say nothing.
  if (notMade.length === results.length - 1) {
    return `${verdict} The other checks depend on it and did not run. Fix it, then run the command again.\n`;
  }
  const titles = notMade.map(({ title }) => `  ${title}\n`).join('');
  return `${verdict} ${fix}. Not checked, because they depend on a check that failed:\n${titles}`;
}
