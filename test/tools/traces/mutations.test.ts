import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRandom } from '../../../lib/random.ts';
import { CLOUD_RUN, GKE } from '../../../tools/compare/cohorts/cohort.ts';
import { compareSource } from '../../../tools/compare/compare.ts';
import type { Comparison } from '../../../tools/compare/result/comparison.ts';
import { toV1Span } from '../../../tools/local/cloud/trace/v1-trace.ts';
import { createDeviationTally, isWarning } from '../../../tools/traces/deviation.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { openFiles } from '../../../tools/traces/sources/files.ts';
import type { TraceSource } from '../../../tools/traces/sources/source.ts';
import { renderTraceFile } from '../../../tools/traces/sources/trace-lines.ts';
import { UnreadableError } from '../../../tools/traces/sources/unreadable.ts';
import { parseV1List } from '../../../tools/traces/sources/v1-trace.ts';
import {
  ENCODINGS,
  type Loose,
  type Mutation,
  objectsIn,
  pick,
  type Random,
  STRUCTURE,
} from './mutations.ts';
import { requestTrace } from './request-trace.ts';
import { otlp } from './sources/otlp-file.ts';

/**
 * A thousand files and answers that something happened to, over cohorts of which one is a tenth
 * slower, just seen. Whatever happened, a file is read right, or refused with its name and line, or it
 * is read and what is wrong is said. No figure ever moves silently.
 */
const SIGNAL = new AbortController().signal;
const COHORTS = { a: CLOUD_RUN, b: GKE };
const RUNS = 6;
const PER_RUN = 4;

const TRACES: readonly Trace[] = (() => {
  const random = createRandom(15);
  const vary = (ms: number) => ms * (0.4 + 1.2 * random());
  return (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).flatMap((platform) =>
    Array.from({ length: RUNS * PER_RUN }, (_, index) =>
      requestTrace({
        platform,
        run: Math.floor(index / PER_RUN),
        sequence: index % PER_RUN,
        frontEnd: platform === 'gcp_cloud_run' ? 'stored' : 'none',
        parts: {
          httpGap: vary(1),
          rpcGap: vary(1.5),
          object: vary(2),
          search: vary(platform === 'gcp_cloud_run' ? 4 : 3),
        },
      }),
    ),
  );
})();

const figures = ({ overall, hops, cohorts, inBothCohorts }: Comparison) => ({
  overall,
  hops,
  cohorts,
  inBothCohorts,
});

/** A time as a JSON number is rounded to 256 ns by whoever writes it: less than a microsecond is none. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) < 0.001;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other;
  }
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => isSame((one as Loose)[name], (other as Loose)[name]))
  );
}

const SOURCE = { kind: 'cloud-trace', name: 'p', local: true, since: null, until: null } as const;

/** Traces without what makes no difference: the order of spans, attributes and events. */
const digest = (traces: readonly Trace[]): string =>
  JSON.stringify(
    traces
      .map(({ traceId, spans }) => [
        traceId,
        spans
          .map(({ events: _, links: __, attributes, ...span }) => [
            JSON.stringify(span),
            Object.entries(attributes).sort(),
          ])
          .sort(),
      ])
      .sort(),
  );

type Format = Readonly<{
  name: string;
  documents(): Loose[];
  write(documents: readonly Loose[]): string;
  open(content: string | Buffer): Promise<TraceSource>;
  mutations: readonly Mutation[];
  /** What a refusal says beside the problem. */
  place: RegExp;
}>;

const folder = await mkdtemp(join(tmpdir(), 'mutations-'));
after(() => rm(folder, { recursive: true, force: true }));
const path = join(folder, 'in.jsonl');

async function openFile(content: string | Buffer): Promise<TraceSource> {
  await writeFile(path, content);
  return openFiles([path]);
}

const lines = (documents: readonly Loose[]) =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join('');

const isSpan = (value: Loose) => Object.hasOwn(value, 'spanId') && Object.hasOwn(value, 'name');
const spanIn = (documents: readonly Loose[], random: Random): Loose =>
  pick(objectsIn(pick(documents.slice(1, -1), random)).filter(isSpan), random);

/** Gives one member of one span another value. */
const inSpan = (
  name: string,
  member: string,
  value: (old: Loose, span: Loose, random: Random) => Loose,
): Mutation => ({
  name,
  change(documents, random) {
    const span = spanIn(documents, random);
    const changed = value(span[member], span, random);
    if (changed === undefined) delete span[member];
    else span[member] = changed;
    return true;
  },
});

const ownerOf = (name: string) => (documents: readonly Loose[], random: Random) =>
  pick(
    objectsIn(pick(documents, random)).filter((one) => Object.hasOwn(one, name)),
    random,
  );
const ownerOfValue = ownerOf('value');
const ownerOfSpans = ownerOf('spans');

const EVERY_ID = ['traceId', 'spanId', 'parentSpanId'];
const inEverySpan = (name: string, change: (span: Loose) => void): Mutation => ({
  name,
  change(documents) {
    for (const span of objectsIn(documents).filter(isSpan)) change(span);
    return true;
  },
});
const encodeIds = (encode: (hex: string) => string) => (span: Loose) => {
  for (const name of EVERY_ID) if (span[name]) span[name] = encode(span[name]);
};
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

/** Of any format whose ids are text. */
const IDS: readonly Mutation[] = [
  inSpan('a span id of zeros', 'spanId', (old) => old.replace(/./g, '0')),
  inSpan('a span id that is missing', 'spanId', () => undefined),
  inSpan('a span id without its last digit', 'spanId', (old) => old.slice(0, -1)),
  inSpan('a span id that is too long', 'spanId', (old) => `${old}${old}`),
  inSpan('a span id that is no number', 'spanId', (old) => `${old.slice(0, -1)}x`),
  inSpan('a span id as a number', 'spanId', (old) => Number.parseInt(old, 16) + 2 ** 60),
  inSpan('a span that is its own parent', 'parentSpanId', (_, span) => span.spanId),
  inSpan('a parent that is nowhere', 'parentSpanId', (old) => (old ? `9${old.slice(1)}` : old)),
  inSpan('a parent that is too short', 'parentSpanId', (old) => (old ? old.slice(0, 3) : 'abc')),
  inSpan('a parent that is null', 'parentSpanId', () => null),
];

const FILE = {
  write: lines,
  open: openFile,
  place: /in\.jsonl(, line \d+| is | cannot )/,
} as const;
const OF_FILES = [...STRUCTURE, ...ENCODINGS, ...IDS];

const OTLP: Format = {
  name: 'OTLP',
  documents: () => TRACES.map((trace) => structuredClone(otlp(trace))),
  ...FILE,
  mutations: [
    ...OF_FILES,
    {
      name: 'a document over many lines',
      encode: (text) =>
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.stringify(JSON.parse(line), null, 1))
          .join('\n'),
    },
    inEverySpan('base64 ids', encodeIds(base64)),
    inEverySpan(
      'base64url ids',
      encodeIds((hex) => Buffer.from(hex, 'hex').toString('base64url')),
    ),
    inEverySpan(
      'upper-case ids',
      encodeIds((hex) => hex.toUpperCase()),
    ),
    inEverySpan('parents of zeros', (span) => {
      span.parentSpanId ||= '0'.repeat(16);
    }),
    inEverySpan('enums by name', (span) => {
      span.kind = ['', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT'][span.kind];
    }),
    inEverySpan('times as numbers', (span) => {
      span.endTimeUnixNano = Number(span.endTimeUnixNano);
    }),
    inEverySpan('times in microseconds', (span) => {
      for (const name of ['startTimeUnixNano', 'endTimeUnixNano'])
        span[name] = span[name].slice(0, -3);
    }),
    inSpan('one id in base64', 'spanId', base64),
    inSpan('one id in base64 of its digits', 'spanId', (old) =>
      Buffer.from(old).toString('base64'),
    ),
    inSpan('a trace id of 64 bits', 'traceId', (old) => old.slice(16)),
    inSpan("another trace's id", 'traceId', () => TRACES[0]?.traceId),
    inSpan('an unknown kind', 'kind', () => 9),
    inSpan('no kind', 'kind', () => undefined),
    inSpan('a start in words', 'startTimeUnixNano', () => '2026-03-02T10:00:00Z'),
    inSpan('no start', 'startTimeUnixNano', () => undefined),
    inSpan('no end', 'endTimeUnixNano', () => null),
    inSpan('an end of 0', 'endTimeUnixNano', () => 0),
    inSpan('an end before the start', 'endTimeUnixNano', (_, span) =>
      String(BigInt(span.startTimeUnixNano) - 1n),
    ),
    inSpan('an end in milliseconds', 'endTimeUnixNano', (old) => old.slice(0, -6)),
    inSpan('a start in microseconds', 'startTimeUnixNano', (old) => old.slice(0, -3)),
    inSpan('an end in picoseconds', 'endTimeUnixNano', (old) => `${old}000`),
    inSpan('a fraction of a nanosecond', 'endTimeUnixNano', (old) => `${old}.25`),
    inSpan('an end beyond 2^63', 'endTimeUnixNano', () => '18446744073709551615'),
    inSpan('a start before 1970', 'startTimeUnixNano', () => '-1'),
    inSpan('attributes as an object', 'attributes', () => ({ a: 'b' })),
    inSpan('a value that nests', 'attributes', (old) => [
      ...old,
      {
        key: 'n',
        value: { arrayValue: { values: [{ kvlistValue: { values: [{ key: 'x', value: {} }] } }] } },
      },
    ]),
    {
      name: 'instrumentationLibrarySpans',
      change(documents) {
        for (const one of objectsIn(documents)) {
          if (one.scopeSpans === undefined) continue;
          one.instrumentationLibrarySpans = one.scopeSpans;
          delete one.scopeSpans;
        }
      },
    },
    {
      name: 'a value is null',
      change: (documents, random) => {
        ownerOfValue(documents, random).value = null;
      },
      asIf: (documents, random) => void delete ownerOfValue(documents, random).value,
    },
    {
      name: 'a list of spans is null',
      change: (documents, random) => {
        ownerOfSpans(documents, random).spans = null;
      },
      asIf: (documents, random) => {
        ownerOfSpans(documents, random).spans = [];
      },
    },
    {
      name: 'metrics in between',
      change: (documents) => void documents.splice(1, 0, { resourceMetrics: [] }),
    },
    {
      name: 'a foreign document in between',
      change: (documents) => void documents.splice(1, 0, { batches: [] }),
    },
    { name: 'documents in another order', change: (documents) => void documents.reverse() },
  ],
};

const SAVED: Format = {
  name: 'saved files',
  documents: () =>
    renderTraceFile(SOURCE, TRACES)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  ...FILE,
  mutations: [
    ...OF_FILES,
    inSpan("another trace's id", 'traceId', (old) =>
      old.replace(/./, (digit: string) => (digit === '1' ? '2' : '1')),
    ),
    inSpan('upper case', 'spanId', (old) => `${old.slice(0, -1)}A`),
    inSpan('an end before the start', 'endMs', (_, span) => span.startMs - 0.5),
    inSpan('an end in seconds', 'endMs', (old) => old / 1_000),
    inSpan('a start in nanoseconds', 'startMs', (old) => old * 1_000_000),
    inSpan('no end', 'endMs', () => undefined),
    inSpan('an end that is null', 'endMs', () => null),
    inSpan('an end as text', 'endMs', (old) => String(old)),
    inSpan('a start before 1970', 'startMs', () => -1),
    inSpan('an unknown kind', 'kind', () => 'SERVER'),
    inSpan('an attribute that is a number', 'attributes', (old) => ({ ...old, n: 1 })),
    inSpan('an attribute that is null', 'attributes', (old) => ({ ...old, n: null })),
    {
      name: 'a line is missing',
      change: (documents, random) =>
        void documents.splice(1 + Math.floor(random() * (documents.length - 2)), 1),
    },
    { name: 'the last line is missing', change: (documents) => void documents.pop() },
    { name: 'the first line is missing', change: (documents) => void documents.shift() },
    {
      name: 'another head in between',
      change: (documents) => void documents.splice(3, 0, documents[0]),
    },
    {
      name: 'another version',
      change: (documents) => {
        documents[0].version = 2;
      },
    },
    {
      name: 'a trace in place of another',
      change(documents, random) {
        const [one, other] = [1, 2].map(() => 1 + Math.floor(random() * (documents.length - 2)));
        if (one === other) return false;
        documents[one ?? 1] = structuredClone(documents[other ?? 2]);
        return true;
      },
    },
  ],
};

/** The answers of one list, page by page, as the source takes them. */
async function openAnswers(content: string | Buffer): Promise<TraceSource> {
  const tally = createDeviationTally();
  const traces = String(content)
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => parseV1List(JSON.parse(line), tally.add).traces);
  return {
    describe: () => SOURCE,
    readAtMs: () => null,
    async *read() {
      yield* traces;
    },
    find: async (ids) => traces.filter(({ traceId }) => ids.has(traceId)),
    truncated: () => null,
    deviations: tally.all,
  };
}

const V1: Format = {
  name: 'answers of the v1 API',
  documents: () =>
    Array.from({ length: TRACES.length / 4 }, (_, page) => ({
      traces: TRACES.slice(page * 4, page * 4 + 4).map(({ traceId, projectId, spans }) => ({
        projectId,
        traceId,
        spans: spans.map((span) => ({ ...toV1Span(span), name: span.name })),
      })),
      nextPageToken: 'more',
    })),
  write: lines,
  open: openAnswers,
  place: /^(traces(\[\d+\])?|nextPageToken|is )/,
  mutations: [
    ...STRUCTURE.filter(({ name }) => name !== 'a document is there twice'),
    inSpan('a span id of 0', 'spanId', () => '0'),
    inSpan('no span id', 'spanId', () => undefined),
    inSpan('a hexadecimal span id', 'spanId', (old) => `a${old}`),
    inSpan('a span id beyond 2^64', 'spanId', () => '18446744073709551616'),
    inSpan('a span id as a number', 'spanId', (old) => Number(old)),
    inSpan('a span id as a number beyond 2^53', 'spanId', () => 2 ** 60),
    inSpan('a negative span id', 'spanId', (old) => `-${old}`),
    inSpan('a parent of 0', 'parentSpanId', (old) => old ?? '0'),
    inSpan('a parent that is nowhere', 'parentSpanId', () => '12345678901234567890'),
    inSpan('a span that is its own parent', 'parentSpanId', (_, span) => span.spanId),
    inSpan('no end', 'endTime', () => undefined),
    inSpan('an end before the start', 'endTime', (_, span) =>
      span.startTime.replace(/\.\d+Z$/, 'Z'),
    ),
    inSpan('an end an hour before the start', 'endTime', () => '2026-03-02T09:00:00Z'),
    inSpan('an end without a zone', 'endTime', (old) => old.replace('Z', '')),
    inSpan('an end as a number', 'endTime', () => 1_772_445_600),
    inSpan('a start in words', 'startTime', () => 'Mon, 02 Mar 2026 10:00:00 GMT'),
    inSpan('a start of 1970', 'startTime', () => '1970-01-21T10:00:00Z'),
    inSpan('an unknown kind', 'kind', () => 'SPAN_KIND_SERVER'),
    inSpan('labels as a list', 'labels', (old) => Object.entries(old ?? {})),
    inSpan('a label that is a number', 'labels', (old) => ({ ...old, n: 1 })),
    inSpan('a time with an offset', 'endTime', (old) => old.replace('Z', '+00:00')),
    {
      name: 'a trace id that is too short',
      change(documents, random) {
        pick(pick(documents, random).traces as Loose[], random).traceId = 'abc';
      },
    },
    {
      name: 'an upper-case trace id',
      change(documents, random) {
        const trace = pick(pick(documents, random).traces as Loose[], random);
        trace.traceId = trace.traceId.toUpperCase();
      },
    },
    {
      name: 'an answer that is none',
      change: (documents) => void documents.splice(0, 1, 'sign in'),
    },
  ],
};

/** What was said, in the words of whoever compares; empty where nothing was. */
function saidOf(comparison: Comparison, normal: Comparison, source: TraceSource): string[] {
  const ids = new Set(normal.warnings.map(({ id }) => id));
  return [
    ...source.deviations().flatMap(({ kind }) => (isWarning(kind) ? [kind] : [])),
    ...(source.truncated() === null ? [] : ['truncated']),
    ...comparison.warnings.map(({ id }) => id).filter((id) => !ids.has(id)),
  ];
}

for (const [format, count] of [
  [OTLP, 480],
  [SAVED, 320],
  [V1, 240],
] as const) {
  test(`of ${count} mutations of ${format.name} none moves a figure silently`, async () => {
    const plain = await format.open(format.write(format.documents()));
    const expected = await compareSource(plain, { cohorts: COHORTS, signal: SIGNAL });
    assert.equal(expected.overall.verdict, 'b-faster');
    const intact = digest(await tracesOf(plain));
    const outcomes = { same: 0, refused: 0, said: 0 };
    for (let seed = 0; seed < count; seed += 1) {
      const random = createRandom(seed);
      const mutation = format.mutations[seed % format.mutations.length] as Mutation;
      const what = `${mutation.name} (seed ${seed})`;
      const documents = format.documents();
      if (mutation.change?.(documents, random) === false) continue;
      const text = format.write(documents);
      let source: TraceSource;
      let traces: readonly Trace[];
      try {
        source = await format.open(mutation.encode?.(text, random) ?? text);
        traces = await tracesOf(source);
      } catch (error) {
        assert.ok(error instanceof Error, what);
        const known = format !== V1 || error instanceof UnreadableError;
        assert.ok(known && format.place.test(error.message), `${what}: ${error.stack}`);
        outcomes.refused += 1;
        continue;
      }
      const right = (await meaningOf(format, mutation, seed)) ?? intact;
      if (digest(traces) === right) {
        outcomes.same += 1;
        continue;
      }
      const comparison = await compareSource(source, { cohorts: COHORTS, signal: SIGNAL });
      if (saidOf(comparison, expected, source).length > 0) outcomes.said += 1;
      else {
        assert.ok(isSame(figures(comparison), figures(expected)), `${what}: moved in silence`);
        outcomes.same += 1;
      }
    }
    // All three ways are taken, or nothing was mutated.
    for (const [way, times] of Object.entries(outcomes))
      assert.ok(times > count / 20, `${way}: ${times}`);
  });
}

/** The traces that a mutation that means something has to give; null where it has none. */
async function meaningOf(format: Format, mutation: Mutation, seed: number) {
  if (mutation.asIf === undefined) return null;
  const documents = format.documents();
  mutation.asIf(documents, createRandom(seed));
  const source = await format.open(format.write(documents));
  // Where the file is refused without the member, it must be refused with null in its place too.
  return digest(await tracesOf(source));
}

async function tracesOf(source: TraceSource): Promise<readonly Trace[]> {
  const traces: Trace[] = [];
  for await (const trace of source.read(SIGNAL)) traces.push(trace);
  return traces;
}
