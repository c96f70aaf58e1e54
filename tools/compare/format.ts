/** The one formatter of durations: three significant digits, never more than 8 characters. */
export function formatMs(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 3_600_000_000) return `${ms < 0 ? '<-' : '>'}999 h`;
  if (size >= 5_997_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  if (size >= 59_995) return `${(ms / 60_000).toFixed(1)} min`;
  if (size >= 999.5) return `${(ms / 1_000).toFixed(2)} s`;
  if (size >= 99.5) return `${ms.toFixed(0)} ms`;
  if (size >= 9.95) return `${ms.toFixed(1)} ms`;
  if (size >= 0.995 || size === 0) return `${ms.toFixed(size === 0 ? 0 : 2)} ms`;
  return `${(ms * 1_000).toFixed(0)} µs`;
}

export const formatSignedMs = (ms: number) => `${ms > 0 ? '+' : ''}${formatMs(ms)}`;

export const formatPercent = (fraction: number) => {
  const percent = fraction * 100;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
};

/** Column width, not UTF-16 length: what a terminal shows. Control characters become visible. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it replaces
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
}

/** Cut in the middle, so that both the service and the method of a long name stay readable. */
export function fitColumns(text: string, width: number): string {
  const characters = [...printable(text)];
  if (characters.length <= width) return characters.join('').padEnd(width);
  const head = Math.ceil((width - 1) / 2);
  const tail = characters.slice(characters.length - (width - 1 - head));
  return `${characters.slice(0, head).join('')}…${tail.join('')}`;
}

/** Milliseconds for a table whose head names the unit: three significant digits, no exponent. */
export function formatFigure(ms: number | null): string {
  if (ms === null) return '–';
  const size = Math.abs(ms);
  if (size >= 99.95) return ms.toFixed(0);
  if (size >= 9.995) return ms.toFixed(1);
  return ms.toFixed(2);
}

/** What every text for a terminal fits into. */
export const TEXT_COLUMNS = 100;

/** Breaks at blanks; a word longer than a line is cut. */
export function wrapText(text: string, indent = '', first = indent): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of printable(text).split(' ')) {
    if (!empty && [...line].length + 1 + [...word].length > TEXT_COLUMNS) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines.map((each) => fitColumns(each, TEXT_COLUMNS).trimEnd());
}
