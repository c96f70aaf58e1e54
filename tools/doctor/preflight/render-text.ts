import { printable } from '../../compare/format.ts';
import type { Result } from './check.ts';

const MARK: Readonly<Record<Result['status'], string>> = {
  passed: 'ok',
  failed: 'FAILED',
  'not asked': '-',
};

/** One line for each check, and below a failed one what is wrong and the command on a line alone. */
export function renderResult({ title, status, findings }: Result): string {
  const note = status === 'not asked' ? ' (not asked: it depends on what failed above)' : '';
  return [
    `${MARK[status].padEnd(6)} ${title}${note}`,
    ...findings.flatMap(({ text, cure }) => [
      `         ${printable(text)}`,
      ...(cure === undefined ? [] : [`         cure: ${printable(cure)}`]),
    ]),
    '',
  ].join('\n');
}

export function renderVerdict(results: readonly Result[]): string {
  const failed = results.filter(({ status }) => status === 'failed').length;
  if (failed === 0) return '\nReady: every check passed.\n';
  return `\n${failed} of ${results.length} checks failed. Cure the first one first.\n`;
}
