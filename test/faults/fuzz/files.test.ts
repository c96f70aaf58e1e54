import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../../lib/random.ts';
import { CLOUD_RUN, GKE } from '../../../tools/compare/cohorts/cohort.ts';
import { compareSource } from '../../../tools/compare/compare.ts';
import { diagnose } from '../../../tools/doctor/diagnose.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { openFiles } from '../../../tools/traces/sources/files.ts';
import { renderTraceFile } from '../../../tools/traces/sources/trace-lines.ts';
import {
  ENCODINGS,
  type Loose,
  type Mutation,
  pick,
  STRUCTURE,
} from '../../tools/traces/mutations.ts';
import { requestTrace } from '../../tools/traces/request-trace.ts';
import { otlp } from '../../tools/traces/sources/otlp-file.ts';
import { assertReadable } from './read-traces.ts';
import { fuzz, type Verdict } from './surface.ts';

const SIGNAL = new AbortController().signal;
const TRACES: readonly Trace[] = [CLOUD_RUN, GKE].flatMap((_, side) =>
  [0, 1, 2, 3].map((sequence) =>
    requestTrace({
      platform: side === 0 ? 'gcp_cloud_run' : 'gcp_kubernetes_engine',
      run: sequence % 2,
      sequence,
    }),
  ),
);
const SOURCE = { kind: 'cloud-trace', name: 'p', local: true, since: null, until: null } as const;
const SAVED: readonly Loose[] = renderTraceFile(SOURCE, TRACES)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
const OTLP: readonly Loose[] = TRACES.map((trace) => otlp(trace));
/** Files of others, and files that are none. */
const FOREIGN = [
  '',
  ' ',
  '\n',
  '\0',
  '{}',
  '[]',
  'null',
  '{"traces":[]}',
  '{"data":[{"traceID":"a","spans":[]}]}',
  '[{"traceId":"a","id":"b"}]',
  '{"batches":[]}',
  '{"resourceMetrics":[]}',
  '{"resourceSpans":{}}',
  '<!doctype html>',
  'PK\x03\x04',
  '\x1f\x8b\x08',
  '\x28\xb5\x2f\xfd',
  '['.repeat(9_000),
  '"',
  '{"a":',
  '{"format":"shakesapp-traces"}',
  '{"format":"shakesapp-traces","version":99}\n',
  '\ufeff',
  '\ufffe',
];

const mutations: readonly Mutation[] = [...STRUCTURE, ...ENCODINGS];
const folder = await mkdtemp(join(tmpdir(), 'fuzz-files-'));
after(() => rm(folder, { recursive: true, force: true }));
const path = join(folder, 'in.jsonl');

type Input = Readonly<{
  base: 'saved' | 'otlp' | 'foreign';
  mutations: readonly number[];
  seed: number;
  bytes: number;
}>;

function contentOf({ base, mutations: chosen, seed, bytes }: Input): Buffer {
  const random = createRandom(seed);
  const documents: Loose[] = structuredClone([...(base === 'saved' ? SAVED : OTLP)]);
  const mine = chosen.map((index) => mutations[index % mutations.length]);
  for (const mutation of mine) mutation?.change?.(documents, random);
  const text = documents.map((document) => `${JSON.stringify(document)}\n`).join('');
  const encode = mine.find((mutation) => mutation?.encode !== undefined)?.encode;
  const encoded = encode?.(text, random) ?? text;
  const content =
    base === 'foreign'
      ? Buffer.from(pick(FOREIGN, random), 'latin1')
      : Buffer.from(encoded as string);
  for (let times = 0; times < bytes && content.length > 0; times += 1)
    content[Math.floor(random() * content.length)] = Math.floor(random() * 256);
  return content;
}

test('compare and doctor read any file, or refuse it with its name and the line', async () => {
  await fuzz({
    name: 'files of compare and doctor',
    quick: 200,
    full: 4_000,
    input: fc.record({
      base: fc.constantFrom('saved', 'saved', 'otlp', 'otlp', 'foreign'),
      mutations: fc.array(fc.nat(mutations.length - 1), { maxLength: 3 }),
      seed: fc.nat(2 ** 31),
      bytes: fc.constantFrom(0, 0, 0, 1, 3, 40),
    }),
    judge: async (input): Promise<Verdict> => {
      await writeFile(path, contentOf(input));
      const traces: Trace[] = [];
      let source: Awaited<ReturnType<typeof openFiles>>;
      try {
        source = await openFiles([path]);
        for await (const trace of source.read(SIGNAL)) traces.push(trace);
      } catch (error) {
        assert.ok(error instanceof Error, String(error));
        // What the parser says stands behind the place where it says it.
        assert.match(
          error.message,
          /^[^\n]*in\.jsonl(, line \d+| is | cannot | has |: )/,
          `${error.stack}`,
        );
        return 'refused';
      }
      assertReadable(traces);
      const comparison = await compareSource(source, {
        cohorts: { a: CLOUD_RUN, b: GKE },
        signal: SIGNAL,
        ofFiles: true,
      });
      assert.ok(comparison.overall);
      const diagnosis = diagnose(traces, {
        ofFiles: true,
        cutShort: source.truncated(),
        deviations: source.deviations(),
      });
      assert.equal(diagnosis.traces, traces.length);
      return 'accepted';
    },
  });
});
