import { readFileSync } from 'node:fs';
import { COLOURS } from './rows.ts';

/** In the order in which they are to apply; most are called like the file whose markup they style. */
const PARTS = [
  'palette',
  'base',
  'label',
  'verdict',
  'table',
  'hop-table',
  'waterfall',
  'logs',
  'span-card',
  'critical-path',
  'distribution',
  'traces',
] as const;

/** The deepest level that is indented. */
const DEEPEST = 12;

/** One rule for each number: of colours in palette.css, of levels of indentation. */
const NUMBERED = [
  ...Array.from({ length: COLOURS }, (_, n) => `.c${n} { --hue: var(--c${n}); }`),
  ...Array.from(
    { length: DEEPEST },
    (_, n) => `.d${n + 1} { padding-left: calc(min(${n + 1}, var(--deepest)) * var(--step)); }`,
  ),
].join('\n');

const read = (part: string) => readFileSync(new URL(`${part}.css`, import.meta.url), 'utf8').trim();

/** The style of every page. */
export const STYLE = [...PARTS.map(read), NUMBERED].join('\n');
