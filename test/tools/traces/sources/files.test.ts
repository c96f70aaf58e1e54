import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LOCAL_PROJECT } from '../../../../tools/cli/local-project.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { consoleUrl } from '../../../../tools/traces/sources/source.ts';
import {
  endLine,
  headLine,
  renderTraceFile,
  traceLine,
} from '../../../../tools/traces/sources/trace-lines.ts';
import { requestTrace, traceIdOf } from '../request-trace.ts';
import { otlp } from './otlp-file.ts';
import { toArray } from './to-array.ts';

const SIGNAL = new AbortController().signal;
const FROM = {
  kind: 'cloud-trace',
  name: 'my-project',
  local: false,
  since: '2026-03-02T10:00:00.000Z',
  until: null,
} as const;

async function fileWith(t: TestContext, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'traces-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'traces');
  await writeFile(path, content, content.startsWith('\u001f') ? 'latin1' : 'utf8');
  return path;
}

async function readFiles(...paths: readonly string[]): Promise<Trace[]> {
  const source = await openFiles(paths);
  return toArray(source.read(SIGNAL));
}

const TRACES = [0, 1, 2].map(
  (sequence): Trace => ({
    ...requestTrace({ sequence, frontEnd: 'stored' }),
    projectId: 'my-project',
  }),
);

test('saved traces come back as they were, and say where they came from', async (t) => {
  const path = await fileWith(t, renderTraceFile(FROM, TRACES));
  const source = await openFiles([path]);
  assert.deepEqual(await toArray(source.read(SIGNAL)), TRACES);
  assert.deepEqual(source.describe(), { ...FROM, name: `${path} (saved from my-project)` });
  const wanted = new Set([TRACES[1]?.traceId ?? '']);
  assert.deepEqual(await source.find(wanted, SIGNAL), [TRACES[1]]);
  assert.equal(source.truncated(), null);
});

const CONSOLE = 'https://console.cloud.google.com/traces/explorer;traceId=';

test('traces that were saved from Cloud Trace are opened there, from one file or from two', async (t) => {
  const [first, second] = TRACES;
  assert.ok(first && second);
  const one = await fileWith(t, renderTraceFile(FROM, [first]));
  const elsewhere = { ...second, projectId: 'other-project' };
  const other = await fileWith(t, renderTraceFile({ ...FROM, name: 'other-project' }, [elsewhere]));
  const source = (await openFiles([one, other])).describe();
  assert.equal(source.name, `${one} (saved from my-project), ${other} (saved from other-project)`);
  assert.equal(consoleUrl(source, first), `${CONSOLE}${first.traceId}?project=my-project`);
  assert.equal(consoleUrl(source, elsewhere), `${CONSOLE}${second.traceId}?project=other-project`);
  assert.notEqual(consoleUrl((await openFiles([one])).describe(), first), null);

  const ownFile = await fileWith(t, JSON.stringify(otlp(requestTrace())));
  assert.equal(consoleUrl((await openFiles([one, ownFile])).describe(), first), null);
  const local = await fileWith(t, renderTraceFile({ ...FROM, local: true }, [first]));
  assert.equal(consoleUrl((await openFiles([one, local])).describe(), first), null);
});

const END = endLine({ traces: 3, truncated: null });
const CUT: readonly (readonly [string, string, RegExp])[] = [
  ['whose writing was cut off', '', /traces has no closing line: it is cut off$/],
  ['of a reading that was cut short', endLine({ traces: 3, truncated: 'no quota' }), /: no quota$/],
  ['that lost lines', endLine({ traces: 5, truncated: null }), /lacks 2 of the 5 traces saved$/],
];
for (const [name, end, truncated] of CUT) {
  test(`a file of saved traces ${name} says so`, async (t) => {
    const path = await fileWith(t, headLine(FROM) + TRACES.map(traceLine).join('') + end);
    const whole = await fileWith(t, renderTraceFile(FROM, TRACES));
    const source = await openFiles([path, whole]);
    assert.equal((await toArray(source.read(SIGNAL))).length, 6);
    assert.match(source.truncated() ?? '', truncated);
  });
}

test('each file was read at its own time, OTLP at none', async (t) => {
  const [first, second] = TRACES;
  assert.ok(first && second);
  const one = await fileWith(t, headLine(FROM, 1_000) + traceLine(first) + END);
  const other = await fileWith(t, headLine(FROM, 2_000) + traceLine(second) + END);
  const export_ = await fileWith(t, JSON.stringify(otlp(requestTrace())));
  const source = await openFiles([one, other, export_]);
  const times: (number | null)[] = [];
  for await (const _ of source.read(SIGNAL)) times.push(source.readAtMs());
  assert.deepEqual(times, [1_000, 2_000, null]);
  assert.equal((await openFiles([other])).readAtMs(), 2_000, 'known before it is read');
});

test('traces of the local project are local, whatever file they lie in', async (t) => {
  const trace = requestTrace({ attributes: { 'gcp.project_id': 'shakesapp-local' } });
  const real = requestTrace({ attributes: { 'gcp.project_id': 'my-project' } });
  for (const [content, local] of [
    [JSON.stringify(otlp(trace)), true],
    [JSON.stringify(otlp(real)), false],
    [renderTraceFile(FROM, [trace]), true],
  ] as const) {
    const source = await openFiles([await fileWith(t, content)]);
    await toArray(source.read(SIGNAL));
    assert.equal(source.describe().local, local);
  }
});

test('a file in another format says which, once it is read', async (t) => {
  const path = await fileWith(t, JSON.stringify(otlp(requestTrace())));
  const source = await openFiles([path]);
  assert.equal(source.describe().kind, 'file');
  assert.equal(source.describe().format, undefined);
  await toArray(source.read(SIGNAL));
  assert.equal(source.describe().format, 'OTLP JSON');
});

test('the name that files of OTLP once had in saved traces is still read', async (t) => {
  const head = headLine(FROM).replace('"cloud-trace"', '"otlp-file"');
  const path = await fileWith(t, head + endLine({ traces: 0, truncated: null }));
  const { kind, format } = (await openFiles([path])).describe();
  assert.deepEqual([kind, format], ['file', 'OTLP JSON']);
});

test('traces saved from a local run stay local', async (t) => {
  const path = await fileWith(t, headLine({ ...FROM, local: true }));
  const other = await fileWith(t, headLine(FROM));
  assert.equal((await openFiles([path])).describe().local, true);
  assert.equal((await openFiles([other, path])).describe().local, true);
});

test('OTLP lines give one trace, however its spans are spread, each span once', async (t) => {
  const trace = requestTrace();
  const lines = [otlp(trace, 0, 4), otlp(trace, 3), otlp(requestTrace({ sequence: 1 }))];
  const path = await fileWith(t, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const [first, second] = await readFiles(path);
  assert.equal(second?.spans.length, 10);
  assert.equal(first?.traceId, traceIdOf('gcp_cloud_run/0/0'));
  assert.deepEqual(
    first?.spans.map(({ attributes, events, status, links, ...span }) => span),
    trace.spans.map(({ attributes, ...span }) => span),
  );
  const [span] = first?.spans ?? [];
  assert.equal(span?.attributes['service.name'], 'loadgen');
  assert.equal(span?.attributes.count, '42');
  assert.deepEqual(span?.status, { error: false, message: 'read' });
  assert.deepEqual(span?.events, [
    { name: 'request_start', timeMs: span?.startMs, attributes: { on: 'true' } },
  ]);
});

test('an OTLP document over many lines is read as one', async (t) => {
  const path = await fileWith(t, JSON.stringify(otlp(requestTrace()), null, 2));
  assert.equal((await readFiles(path))[0]?.spans.length, 10);
});

test('a trace whose spans lie in two OTLP files is put together', async (t) => {
  const trace = requestTrace();
  const one = await fileWith(t, JSON.stringify(otlp(trace, 0, 5)));
  const other = await fileWith(t, JSON.stringify(otlp(trace, 5)));
  const traces = await readFiles(one, other);
  assert.deepEqual(
    traces.map(({ spans }) => spans.length),
    [10],
  );
});

const BAD: readonly [string, string, RegExp][] = [
  ['an empty file', '', /is empty; allowed: /],
  ['prose', 'hello\n', /, line 1 is not JSON: "hello"; allowed: /],
  ['another version', '{"format":"shakesapp-traces","version":9}\n', /line 1: .* version 1/],
  ['a file of no text', '{\u0000', /is not a text file; allowed: JSON in UTF-8/],
  [
    'two files put together',
    headLine(FROM) + headLine(FROM),
    /line 2: another file begins; give each to --from by itself$/,
  ],
  [
    'a line of something else',
    `${headLine(FROM)}{"traceId":7}\n`,
    /line 2: no saved trace: traceId/,
  ],
  [
    'a line behind the closing one',
    `${headLine(FROM)}${END}${END}`,
    /line 3: the closing line is ab/,
  ],
  [
    'JSON of something else',
    '{"a":[]}\n',
    /line 1 holds no traces but an object with "a"; allowed: /,
  ],
];
for (const [name, content, message] of BAD) {
  test(`${name} is refused with the file and the place`, async (t) => {
    const path = await fileWith(t, content);
    await assert.rejects(readFiles(path), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(path));
      return true;
    });
  });
}

test('a file that is not there is an error, not an empty one', async () => {
  await assert.rejects(
    readFiles(tmpdir()),
    /cannot read .*: it is a directory; name the files in it/,
  );
  await assert.rejects(
    readFiles('/nowhere/traces'),
    /cannot read \/nowhere\/traces: .* no such file/,
  );
});

test('an interrupted reader ends with the reason', async (t) => {
  const path = await fileWith(t, headLine(FROM) + TRACES.map(traceLine).join('').repeat(100));
  const interrupted = new AbortController();
  const source = await openFiles([path]);
  await assert.rejects(async () => {
    for await (const _ of source.read(interrupted.signal)) interrupted.abort(new Error('stop now'));
  }, /stop now/);
});

for (const [kind, isLocal] of [
  ['memory', false],
  ['file', true],
] as const) {
  test(`traces of the local project, saved from a source of kind ${kind} that is not local: ${isLocal ? 'local' : 'not local'}`, async (t) => {
    const traces = [{ ...requestTrace(), projectId: LOCAL_PROJECT.projectId }];
    const source = await openFiles([await fileWith(t, renderTraceFile({ ...FROM, kind }, traces))]);
    await toArray(source.read(SIGNAL));
    assert.equal(source.describe().local, isLocal);
  });
}
