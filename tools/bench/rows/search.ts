/**
 * One query over 5 MB in 42 texts, as the codelab's bucket holds them: the plays of the local cloud,
 * 14 times. Against the codelab's way (https://github.com/GoogleCloudPlatform/golang-samples, folder
 * opentelemetry-trace-codelab-go): split into lines, lower each, one regular expression a line; and
 * against Buffer.indexOf over the same bytes, from hit to next line.
 */

import { countMatchingLines, lineLengths, lower } from '../../../services/server/match.ts';
import { decodeText } from '../../../services/server/text.ts';
import { LOCAL_QUERIES, readPlays } from '../../local/cloud/storage/works.ts';
import type { Figure, Row, Sample } from '../row.ts';

const COPIES = 14;
/** Long enough for the clock of CPU time. */
const RUN_MS = 60;

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  'known queries': Object.keys(LOCAL_QUERIES),
  'one letter': ['e'],
  absent: ['quidditch'],
};

type Count = (query: string) => number;

export const row: Row = {
  rounds: { quick: 2, full: 25 },
  async open() {
    const plays = (await readPlays()).map(({ bytes }) => [...decodeText([bytes])].join(''));
    const texts = Array.from({ length: COPIES }, () => plays).flat();
    const ways: Readonly<Record<string, Count>> = {
      ours: countAsServer(texts),
      codelab: countByRegex(texts),
      scan: countByScan(texts),
    };
    const variants = Object.entries(QUERIES).flatMap(([kind, queries]) =>
      Object.entries(ways).map(([way, count]) => [
        `${way}: ${kind}`,
        { run: () => timed(queries, count) },
      ]),
    );
    const expected = new Map(
      Object.values(QUERIES)
        .flat()
        .map((query) => [query, LOCAL_QUERIES[query] ?? countPlainly(plays, query)]),
    );
    return {
      variants: Object.fromEntries(variants),
      figures: Object.keys(QUERIES).flatMap(figuresOf),
      check(answer) {
        const counts = answer as readonly (readonly [string, number])[];
        const wrong = counts.find(
          ([query, count]) => count !== COPIES * (expected.get(query) ?? 0),
        );
        return wrong && `${wrong[1]} lines with ${JSON.stringify(wrong[0])}`;
      },
    };
  },
};

const figuresOf = (kind: string): readonly Figure[] => {
  const common = { ours: `ours: ${kind}`, metric: 'cpuMs', unit: 'ms' };
  return [
    {
      ...common,
      variant: `${kind}: codelab's way ÷ ours`,
      other: `codelab: ${kind}`,
      ratio: 'other/ours',
      goal: { of: 'ratio', atLeast: 10 },
    },
    {
      ...common,
      variant: `${kind}: ours ÷ bare scan`,
      other: `scan: ${kind}`,
      goal: { of: 'ratio', atMost: 2 },
    },
  ];
};

/** CPU time a query, over as many repetitions as the clock needs. */
function timed(queries: readonly string[], count: Count): Sample {
  const before = process.threadCpuUsage();
  const untilMs = performance.now() + RUN_MS;
  let runs = 0;
  let answer: readonly (readonly [string, number])[] = [];
  do {
    answer = queries.map((query) => [query, count(query)] as const);
    runs += 1;
  } while (performance.now() < untilMs);
  const { user, system } = process.threadCpuUsage(before);
  return { metrics: { cpuMs: (user + system) / 1_000 / runs / queries.length }, answer };
}

function countAsServer(texts: readonly string[]): Count {
  const lowered = texts.map(lower).map((text) => ({ text, lengths: lineLengths(text) }));
  return (query) => {
    const loweredQuery = lower(query);
    return lowered.reduce(
      (sum, { text, lengths }) => sum + countMatchingLines(text, loweredQuery, lengths),
      0,
    );
  };
}

function countByRegex(texts: readonly string[]): Count {
  return (query) => {
    const pattern = query.toLowerCase();
    let matches = 0;
    for (const text of texts) {
      for (const line of text.split('\n')) {
        if (new RegExp(pattern).test(line.toLowerCase())) matches += 1;
      }
    }
    return matches;
  };
}

function countByScan(texts: readonly string[]): Count {
  const buffers = texts.map((text) => Buffer.from(lower(text), 'latin1'));
  return (query) => {
    const bytes = Buffer.from(lower(query), 'latin1');
    let matches = 0;
    for (const buffer of buffers) {
      let at = buffer.indexOf(bytes);
      while (at !== -1) {
        matches += 1;
        const lineEnd = buffer.indexOf(10, at);
        if (lineEnd === -1) break;
        at = buffer.indexOf(bytes, lineEnd + 1);
      }
    }
    return matches;
  };
}

/** For queries that nobody has counted before. */
const countPlainly = (plays: readonly string[], query: string): number =>
  plays.flatMap((play) => play.toLowerCase().split('\n')).filter((line) => line.includes(query))
    .length;
