import { printable } from '../../cli/format.ts';

/** Text from a trace as Markdown that shows it, in a table too: no markup, no link, no new line. */
export const escapeMarkdown = (text: string): string =>
  printable(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~>@:-]/g, '\\$&');

/** `right`: columns of figures. */
export function renderTable(
  head: readonly Readonly<{ name: string; right?: boolean }>[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head.map(({ name }) => name)),
    line(head.map(({ right }) => (right === true ? '---:' : '---'))),
    ...rows.map(line),
  ];
}
