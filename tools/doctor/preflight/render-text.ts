import { printable } from '../../cli/format.ts';
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

export function renderVerdict(results: readonly Result[]): string {
  const count = (wanted: Result['status']) =>
    results.filter(({ status }) => status === wanted).length;
  const [failed, skipped] = [count('failed'), count('skipped')];
  const rest = skipped === 0 ? '' : `; ${skipped} skipped`;
  if (failed === 0) return `\nReady: every check passed${rest}.\n`;
  return `\n${failed} of ${results.length} checks failed${rest}. Fix the first one first.\n`;
}
