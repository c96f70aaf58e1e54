import { printable } from '../cli/format.ts';
import type { Result } from './check.ts';
import type { Options } from './options.ts';

const VERSION = 1;

const MARKS = { holds: '✓', finding: '✗', skipped: '–' } as const;

/** What was found, for people. */
export function renderResults(results: readonly Result[]): string {
  const groups = Map.groupBy(results, ({ group }) => group);
  const lines = [...groups].flatMap(([group, rows]) => [group, ...rows.flatMap(renderOne), '']);
  return `${[...lines, renderTotal(results)].join('\n')}\n`;
}

function renderOne(result: Result): readonly string[] {
  const { outcome, id, title } = result;
  const head = `  ${MARKS[outcome]} ${title}`;
  if (outcome === 'holds') return [head];
  // Parts of it are the program's own words, which reach the terminal on one line and as text.
  if (outcome === 'skipped') return [`${head} (not checked: ${printable(result.reason)})`];
  const { sent, came, fix } = result.finding;
  const { section, says } = result.rule;
  return [
    `${head} [${id}]`,
    `      sent:     ${printable(sent)}`,
    `      came:     ${printable(came)}`,
    `      contract: ${plain(says)} (docs/contract.md#${anchorOf(section)})`,
    `      fix:      ${printable(fix)}`,
  ];
}

const plain = (markdown: string) => markdown.replaceAll('**', '').replaceAll('`', '');
const anchorOf = (section: string) => section.replaceAll(' ', '-');

export const findingsOf = (results: readonly Result[]) =>
  results.flatMap((result) => (result.outcome === 'finding' ? [result] : []));

function renderTotal(results: readonly Result[]): string {
  const count = (outcome: Result['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const holds = count('holds');
  const findings = count('finding');
  const skipped = count('skipped');
  return [
    `${holds} ${holds === 1 ? 'check holds' : 'checks hold'}`,
    `${findings} ${findings === 1 ? 'finding' : 'findings'}`,
    ...(skipped > 0 ? [`${skipped} not checked`] : []),
  ].join(', ');
}

/** The result of `--json`. */
export const resultValue = (options: Options, results: readonly Result[]) => ({
  version: VERSION,
  program: options.program,
  host: options.host,
  port: options.port,
  conforms: findingsOf(results).length === 0,
  checks: results,
});
