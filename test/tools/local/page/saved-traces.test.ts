import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UsageError } from '../../../../tools/cli/command-line.ts';
import { renderBesideLine } from '../../../../tools/local/page/beside-line.ts';
import { renderSavedTraces } from '../../../../tools/local/page/saved-list.ts';
import { readAllSaved } from '../../../../tools/local/page/saved-traces.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { renderTraceFile } from '../../../../tools/traces/sources/trace-lines.ts';
import { requestTrace, without } from '../../traces/request-trace.ts';

const SOURCE = { kind: 'memory', local: true, name: 'p', since: null, until: null } as const;
const signal = AbortSignal.timeout(60_000);

async function save(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'beside-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'earlier.ndjson');
  await writeFile(path, text);
  return path;
}

const saveTraces = (t: TestContext, traces: readonly Trace[]) =>
  save(t, renderTraceFile(SOURCE, traces));

test('keeps the newest fifty traces of a file, newest first, and says of how many', async (t) => {
  const all = Array.from({ length: 130 }, (_, sequence) => requestTrace({ sequence }));
  const mixed = [...all.slice(60), ...all.slice(0, 60)];
  const [saved] = await readAllSaved([await saveTraces(t, mixed)], signal);
  assert.ok(saved);
  assert.equal(saved.name, 'earlier.ndjson');
  assert.deepEqual(
    [...saved.traces.keys()],
    all
      .slice(-50)
      .reverse()
      .map(({ traceId }) => traceId),
  );
  const markup = `${renderSavedTraces(saved, 0)}`;
  assert.match(markup, /Traces of <bdi>earlier\.ndjson<\/bdi>/);
  assert.match(markup, /The newest 50 of 130\./);
  assert.equal(markup.match(/<details /g)?.length, 50);
});

test('calls a trace local only where it is of a local run', async (t) => {
  const local = requestTrace({ sequence: 1 });
  const real = { ...requestTrace({ sequence: 2 }), projectId: 'my-project' };
  const saved = await readAllSaved([await saveTraces(t, [real, local])], signal);
  const markup = `${saved.map(renderSavedTraces)}`;
  assert.match(markup, /<bdi>Cloud Run<\/bdi>/);
  assert.match(markup, /<bdi>Cloud Run \(local\)<\/bdi>/);
});

test('calls a trace complete that has everything that the saved level of the run makes', async (t) => {
  // All spans of server, and the call of it.
  const dark = without(requestTrace(), 5, 6, 7, 8, 9, 10);
  const markupAt = async (instrument?: string) => {
    const text = renderTraceFile({ ...SOURCE, instrument }, [dark]);
    const saved = await readAllSaved([await save(t, text)], signal);
    return `${saved.map(renderSavedTraces)}`;
  };
  assert.match(
    await markupAt('http'),
    /class="state">complete for <span class="unbroken">--instrument http<\/span>[ <]/,
  );
  assert.match(await markupAt('grpc'), /class="state"><span class="flag error">incomplete</);
  assert.match(await markupAt('unknown'), /class="state"><span class="flag error">incomplete</);
  assert.match(await markupAt(), /class="state"><span class="flag error">incomplete</);
});

test('the newest traces of the first two files have an address side by side', async (t) => {
  const [first, second, third] = [1, 2, 3].map((sequence) => requestTrace({ sequence }));
  assert.ok(first && second && third);
  const paths = [await saveTraces(t, [first, second]), await saveTraces(t, [third])];
  const saved = await readAllSaved(paths, signal);
  const url = 'http://127.0.0.1:1/';
  // Their folders tell the two apart.
  const [one, other] = paths.map((path) => path.split('/').slice(-2).join('/'));
  assert.equal(
    renderBesideLine(saved, url),
    `Side by side (${one}, ${other}): ${url}#trace=${second.traceId}&with=${third.traceId}\n`,
  );
  assert.match(
    `${saved.map(renderSavedTraces)}`,
    new RegExp(`<bdi>${one}</bdi>.*<bdi>${other}</bdi>`, 's'),
  );
  assert.equal(renderBesideLine(saved.slice(0, 1), url), '');
  assert.equal(renderBesideLine([], url), '');
});

test('a trace that two files hold is bad usage', async (t) => {
  const path = await saveTraces(t, [requestTrace({ sequence: 1 })]);
  await assert.rejects(readAllSaved([path, path], signal), {
    name: 'UsageError',
    message: /holds a trace that earlier\.ndjson holds too/,
  });
});

test('a file that is missing, empty or of no known format is bad usage', async (t) => {
  const cases = [
    [await saveTraces(t, []), /--beside .*: the file holds no traces/],
    [await save(t, 'hello'), /--beside .*earlier\.ndjson/],
    ['/no/such/file', /--beside \/no\/such\/file: /],
  ] as const;
  for (const [path, message] of cases) {
    await assert.rejects(readAllSaved([path], signal), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  }
});
