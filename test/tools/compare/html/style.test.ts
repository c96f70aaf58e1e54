import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { COLOURS } from '../../../../tools/compare/html/rows.ts';
import { STYLE } from '../../../../tools/compare/html/style.ts';
import { ROOT } from '../../../rules/sources.ts';

const FOLDERS = ['tools/compare/html', 'tools/local/page'];

function readSources(extension: RegExp): string {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => extension.test(name))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  ).join('\n');
}

test('every class that a rule names is one that some markup or script sets', () => {
  const sources = readSources(/\.(ts|js)$/);
  const selectors = `${STYLE}${readSources(/^live\.css$/)}`.replace(/\{[^{}]*\}/g, '');
  const classes = new Set([...selectors.matchAll(/\.([a-z][\w-]*)/g)].map(([, name = '']) => name));
  assert.ok(classes.size > 50, `${classes.size} classes`);
  const numbered = /^[cd]\d+$/;
  const unused = [...classes].filter(
    (name) => !numbered.test(name) && !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(sources),
  );
  assert.deepEqual(unused, []);
});

test('every variable is used', () => {
  const used = `${STYLE}${readSources(/^live\.css$/)}${readSources(/\.ts$/)}`;
  for (const [, name = ''] of STYLE.matchAll(/(--[\w-]+):/g)) {
    assert.match(used, new RegExp(`var\\(${name}\\)`));
  }
});

/** The variables of `:root`: those of the light theme, or these with those of the dark one. */
function variables(theme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const [light = '', dark = ''] = STYLE.split('@media (prefers-color-scheme: dark)');
  const of = (css: string): readonly (readonly [string, string])[] =>
    [...css.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = '', hex = '']) => [
      name,
      hex,
    ]);
  return new Map(theme === 'light' ? of(light) : [...of(light), ...of(dark)]);
}

const linear = (hex: string): number[] =>
  [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });

const dot = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

/** WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) => dot(linear(hex), [0.2126, 0.7152, 0.0722]) + 0.05;
  const [darker = 1, lighter = 1] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return lighter / darker;
}

/** Oklab, in which distance is how different two colours look: https://bottosson.github.io/posts/oklab/ */
function oklab(hex: string): number[] {
  const cones = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((row) => Math.cbrt(dot(row, linear(hex))));
  return [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ].map((row) => dot(row, cones));
}

const distance = (one: string, other: string) =>
  Math.hypot(...oklab(one).map((value, index) => value - (oklab(other)[index] ?? 0)));

for (const theme of ['light', 'dark'] as const) {
  describe(`the ${theme} theme`, () => {
    const colours = variables(theme);
    const get = (name: string) => colours.get(name) ?? assert.fail(`no --${name}`);
    const papers = [get('paper'), get('raised')];
    const spans = [...Array.from({ length: COLOURS }, (_, n) => `c${n}`), 'platform'];

    it('has text of a contrast of at least 4.5', () => {
      for (const name of ['ink', 'soft', 'a', 'b', 'bad', 'warn']) {
        for (const paper of papers) assert.ok(contrast(get(name), paper) >= 4.5, name);
      }
      assert.ok(contrast(get('ink'), get('warn-paper')) >= 4.5);
    });

    it('has bars of a contrast of at least 3, also in a row that is open', () => {
      for (const name of spans) {
        for (const paper of papers) {
          const ratio = contrast(get(name), paper);
          assert.ok(ratio >= 3, `${name} on ${paper}: ${ratio.toFixed(2)}`);
        }
      }
    });

    it('has no two colours of spans that look alike', () => {
      for (const [index, one] of spans.entries()) {
        for (const other of spans.slice(index + 1)) {
          const apart = distance(get(one), get(other));
          assert.ok(apart >= 0.08, `${one} and ${other}: ${apart.toFixed(3)}`);
        }
      }
    });
  });
}
