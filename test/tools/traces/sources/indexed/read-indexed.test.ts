import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRandom } from '../../../../../lib/random.ts';
import { openFiles } from '../../../../../tools/traces/sources/files.ts';
import { createEntries } from '../../../../../tools/traces/sources/indexed/entries.ts';
import { partitionsOf, partOf } from '../../../../../tools/traces/sources/indexed/partitions.ts';
import { ENCODINGS, type Loose, type Mutation, STRUCTURE } from '../../mutations.ts';
import { requestTrace } from '../../request-trace.ts';
import { otlp } from '../otlp-file.ts';
import { toArray } from '../to-array.ts';

const folder = await mkdtemp(join(tmpdir(), 'indexed-'));
after(() => rm(folder, { recursive: true, force: true }));
const path = join(folder, 'in.jsonl');
const SIGNAL = new AbortController().signal;

const DOCUMENTS: readonly Loose[] = Array.from({ length: 6 }, (_, sequence) => {
  const trace = requestTrace({ sequence });
  // A trace's spans are spread over the file, as a collector writes them.
  return [otlp(trace, 0, 4), otlp(trace, 4)];
}).flatMap(([first, rest], index, all) => [
  first,
  (all[(index + 2) % all.length] ?? [])[1] ?? rest,
]);

const lines = (documents: readonly Loose[]) =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join('');
const asOne = (documents: readonly Loose[]) =>
  JSON.stringify({ resourceSpans: documents.flatMap(({ resourceSpans }) => resourceSpans ?? []) });
const indented = (documents: readonly Loose[]) =>
  documents.map((document) => JSON.stringify(document, null, 2)).join('\n');
const asList = (documents: readonly Loose[]) => JSON.stringify(documents);

/** What comes of a file: all that a reader gets, or the error. */
async function outcome(content: string | Buffer, fewestBytes: number) {
  await writeFile(path, content);
  try {
    const source = await openFiles([path], { fewestBytes });
    const traces = await toArray(source.read(SIGNAL));
    const ids = new Set(traces.slice(1, 3).map(({ traceId }) => traceId));
    const found = await source.find(ids, SIGNAL);
    return { traces, found, deviations: source.deviations(), ...source.describe() };
  } catch (error) {
    // What is shown of text that is no JSON may be another part of it.
    return String(error).replace(/(is not JSON: )".*"…/, '$1…');
  }
}

const bothWays = async (content: string | Buffer, name: string) =>
  assert.deepEqual(await outcome(content, 0), await outcome(content, Infinity), name);

for (const [name, write] of Object.entries({ lines, asOne, indented, asList })) {
  test(`a file is read the same part by part as at once (${name})`, () =>
    bothWays(write(structuredClone(DOCUMENTS)), name));
}

test('whatever happened to a file, it is read the same part by part, or refused with the same words', async () => {
  const random = createRandom(11);
  const mutations: readonly Mutation[] = [...STRUCTURE, ...ENCODINGS];
  for (let round = 0; round < mutations.length * 4; round += 1) {
    const mutation = mutations[round % mutations.length] as Mutation;
    const documents = structuredClone(DOCUMENTS) as Loose[];
    mutation.change?.(documents, random);
    const text = (round % 3 === 0 ? asOne : lines)(documents);
    await bothWays(mutation.encode?.(text, random) ?? text, `${mutation.name}, ${round}`);
  }
});

test('a name written with escapes, twice, or within an attribute misleads nobody', async () => {
  const text = lines(structuredClone(DOCUMENTS));
  await bothWays(text.replace('"traceId"', '"tr\\u0061ceId"'), 'an escaped traceId');
  await bothWays(text.replace('"spans"', '"sp\\u0061ns"'), 'an escaped list');
  await bothWays(text.replace('"spans":[', '"spans":[],"spans":['), 'a list that is given twice');
  await bothWays(text.replace('"spans":[', '"spans":[7,'), 'a number among spans');
  await bothWays(
    text.replace('"name":"', '"name":"\\"}],\\"spans\\":[{\\"traceId\\":\\"'),
    'brackets',
  );
});

for (const [where, mostInMemory] of [
  ['in memory', 32],
  ['in a temporary file', 1],
] as const) {
  test(`no part is too large for memory, and every span is in one, with places ${where}`, () => {
    const [spans, traces] = [200_000, 5_000];
    const random = createRandom(5);
    const entries = createEntries(mostInMemory);
    const traceOf = Uint32Array.from({ length: spans }, () => Math.floor(random() * traces));
    for (const [span, trace] of traceOf.entries()) entries.add(span * 1_000, 500, trace);
    assert.equal(entries.size(), spans);
    const parts = [...partitionsOf(entries, traces)];
    assert.ok(parts.every(({ numbers }) => numbers.length * 500 <= 4 * 1_024 * 1_024));
    for (const { numbers, at, length, trace } of parts) {
      assert.deepEqual(numbers, numbers.toSorted());
      assert.deepEqual(
        at,
        Float64Array.from(numbers, (span) => span * 1_000),
      );
      assert.deepEqual(
        trace,
        numbers.map((span) => traceOf[span] as number),
      );
      assert.ok(length.every((bytes) => bytes === 500));
    }
    assert.equal(new Set(parts.flatMap(({ numbers }) => [...numbers])).size, spans);
    const inParts = parts.map(({ trace }) => new Set(trace).size);
    assert.equal(
      inParts.reduce((sum, count) => sum + count, 0),
      traces,
    );
    const isWanted = (trace: number | undefined) => trace === 7 || trace === 4_999;
    assert.deepEqual(
      [...partOf(entries, isWanted).numbers],
      [...traceOf.keys()].filter((span) => isWanted(traceOf[span])),
    );
  });
}
