import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXPLAINED } from './short-deadlines.ts';
import { readSources } from './sources.ts';

const SHORTEST_MS = 30_000;

/** What a deadline looks like: its number, in seconds where the name says so. */
const NUMBER = String.raw`['"]?([\d_.]+)['"]?(?![\d_.\w])`;
const SHAPES = [
  // timeoutMs: 50, deadlineMs = 100, OTEL_BSP_EXPORT_TIMEOUT: '400', timeoutSeconds: 1
  new RegExp(String.raw`\b(\w*(?:timeout|deadline|grace|within)\w*)['"]?\s*[:=]\s+${NUMBER}`, 'gi'),
  // AbortSignal.timeout(50), within(50, …), stop(50)
  new RegExp(String.raw`\b(AbortSignal\.timeout|within|sleep|stop)\(\s*${NUMBER}`, 'g'),
  // Date.now() + 50
  new RegExp(String.raw`\b((?:Date|performance)\.now\(\)) \+ ${NUMBER}`, 'g'),
];
/** Every sleep: how long is often a variable, and what it waits for is not. */
const SLEEP = /(?<!clear)\bsetTimeout(\(| as )/g;

/** The deadlines below 30 s and the sleeps of a file, as it spells them. */
function shortDeadlines(text: string): string[] {
  const deadlines = SHAPES.flatMap((shape) =>
    [...text.matchAll(shape)].flatMap(([spelled, name = '', number = '']) => {
      const unitMs = /seconds$/i.test(name) ? 1_000 : 1;
      const ms = Number(number.replaceAll('_', '')) * unitMs;
      return ms > 0 && ms < SHORTEST_MS ? [spelled] : [];
    }),
  );
  return [...deadlines, ...[...text.matchAll(SLEEP)].map(([spelled]) => spelled)];
}

describe('the deadlines of the tests', () => {
  const found = new Set(
    readSources('test')
      .filter(({ path }) => !path.startsWith('test/rules/'))
      .flatMap(({ path, content }) => shortDeadlines(content).map((one) => `${path}: ${one}`)),
  );
  const explained = new Set(
    EXPLAINED.flatMap(({ files }) =>
      Object.entries(files).flatMap(([file, spelled]) => spelled.map((one) => `${file}: ${one}`)),
    ),
  );

  it('are 30 s or more, and none sleeps, but for those that are explained', () => {
    assert.deepEqual(
      [...found].filter((one) => !explained.has(one)),
      [],
    );
  });

  it('are explained only where they are', () => {
    assert.deepEqual(
      [...explained].filter((one) => !found.has(one)),
      [],
    );
  });

  it('are found in each of their shapes', () => {
    const short = [
      'timeoutMs: 50',
      'deadlineMs = 100',
      "OTEL_BSP_EXPORT_TIMEOUT: '400'",
      'timeoutSeconds: 1',
      'timeout: 29_999',
      'AbortSignal.timeout(5_000',
      'performance.now() + 20',
      'setTimeout(',
      'setTimeout as ',
    ];
    for (const one of short) assert.deepEqual(shortDeadlines(`  ${one});`), [one]);
    const long = 'timeout: 30_000, SHUTDOWN_TIMEOUT_MS: "60000", within(30_000); clearTimeout(x)';
    assert.deepEqual(shortDeadlines(long), []);
  });
});
