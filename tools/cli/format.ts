import { createRequire } from 'node:module';
import type stringWidth from 'string-width';

const require = createRequire(import.meta.url);

/** The one formatter of durations: three significant digits, never more than 8 characters. */
export function formatMs(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 3_600_000_000) return `${ms < 0 ? '<-' : '>'}999 h`;
  if (size >= 5_997_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  if (size >= 59_995) return `${(ms / 60_000).toFixed(1)} min`;
  if (size >= 999.5) return `${(ms / 1_000).toFixed(2)} s`;
  if (size >= 99.5) return `${ms.toFixed(0)} ms`;
  if (size >= 9.95) return `${ms.toFixed(1)} ms`;
  if (size >= 0.995) return `${ms.toFixed(2)} ms`;
  // Nothing, or less than half of the smallest unit: without a sign, as it has none to show.
  if (size < 0.0005) return '0 ms';
  return `${(ms * 1_000).toFixed(0)} µs`;
}

export const formatSignedMs = (ms: number) => `${ms >= 0.0005 ? '+' : ''}${formatMs(ms)}`;

/** A share that is not quite all never reads as all, and one that is not quite none not as none. */
export function formatPercent(fraction: number | null): string {
  if (fraction === null) return '–';
  const percent = fraction * 100;
  if (percent > 99.9 && percent < 100) return '>99.9 %';
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  return `${Number(percent.toFixed(1))} %`;
}

/** `1 run`, `2 runs`; `plural` where that is not the noun with an s. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

/** Control characters become visible, and nothing turns the direction of what follows. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it replaces
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
}

let segmenter: Intl.Segmenter | undefined;
/** Its segmenter is made only where it is needed: the tables take as long to load as 20 modules. */
function graphemesOf(text: string): readonly string[] {
  if (SINGLE.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Columns of a terminal, not characters: two for wide ones and emoji, none for accents on others. */
export function columnsOf(text: string): number {
  if (SINGLE.test(text)) return text.length;
  // Loaded only where it is asked: its tables take longer to load than a comparison to print.
  const { default: widthOf } = require('string-width') as { default: typeof stringWidth };
  return widthOf(text);
}

/** Latin letters, punctuation, arrows, and lines and blocks to draw with: a column each. */
const SINGLE = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u259f]*$/;

/** Cut in the middle, so that both the service and the method of a long name stay readable. */
export function fitColumns(text: string, width: number): string {
  const shown = printable(text);
  if (columnsOf(shown) <= width) return padColumns(shown, width);
  const characters = graphemesOf(shown);
  const head = take(characters, Math.ceil((width - 1) / 2));
  const tail = take(characters.toReversed(), Math.floor((width - 1) / 2)).toReversed();
  return padColumns(`${head.join('')}…${tail.join('')}`, width);
}

/** All of it, on as many lines as it takes: broken after a blank or a comma where it can be. */
export function foldColumns(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(/(?<=[ ,])/)) {
    if (line !== '' && columnsOf((line + word).trimEnd()) > width) {
      lines.push(line);
      line = '';
    }
    for (const segment of graphemesOf(word)) {
      if (line !== '' && columnsOf((line + segment).trimEnd()) > width) {
        lines.push(line);
        line = '';
      }
      line += segment;
    }
  }
  return [...lines, line].map((each) => each.trimEnd());
}

/** Filled with blanks to a width. */
export const padColumns = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - columnsOf(text)));

export const padColumnsStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - columnsOf(text))) + text;

/** As many from the start as fit. */
function take(characters: readonly string[], width: number): readonly string[] {
  let columns = 0;
  const end = characters.findIndex((character) => {
    columns += columnsOf(character);
    return columns > width;
  });
  return end < 0 ? characters : characters.slice(0, end);
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

/** The same, or less where the terminal is narrower. */
export const columnsFor = (stream: NodeJS.WriteStream): number =>
  stream.isTTY ? Math.min(TEXT_COLUMNS, Math.max(60, stream.columns)) : TEXT_COLUMNS;

/** Breaks at blanks; a word longer than a line is cut. */
export function wrapText(
  text: string,
  indent = '',
  first = indent,
  width = TEXT_COLUMNS,
): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of printable(text).split(' ')) {
    if (!empty && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines.map((each) => fitColumns(each, width).trimEnd());
}
