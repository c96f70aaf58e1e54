import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCommandLine } from '../../tools/cli/read-command-line.ts';
import type { Trace } from '../../tools/traces/model.ts';
import { renderTraceFile } from '../../tools/traces/sources/trace-lines.ts';
import { ROOT } from '../rules/sources.ts';
import { childEnvironment, runToEnd } from '../run-to-end.ts';
import { requestTrace } from '../tools/traces/request-trace.ts';
import { readDocument } from './documents.ts';

const WORKFLOW = readDocument('docs/compare-gate.yaml').text;

/** The script of the step of this name, as GitHub hands it to a shell. */
function scriptOf(name: string): string {
  const [, indent = '', body = ''] =
    new RegExp(`^( +)- name: ${name}\\n +run: \\|\\n((?:\\1 {4}.*\\n)+)`, 'm').exec(WORKFLOW) ?? [];
  assert.notEqual(body, '', `there is a step ${name} with a script`);
  return body.replaceAll(new RegExp(`^${indent} {4}`, 'gm'), '');
}

/** `slowdown` of the new version, in milliseconds of 9.75. */
const tracesOf = (version: string, runs: number, slowdown: number): Trace[] =>
  Array.from({ length: runs * 10 }, (_, index) =>
    requestTrace({
      run: Math.floor(index / 10),
      sequence: index % 10,
      traceId: `${version === 'base' ? 'a' : 'b'}${String(index).padStart(31, '0')}`,
      attributes: { 'service.version': version },
      parts: { search: 3 + ((index * (version === 'base' ? 7 : 11)) % 13) / 10 + slowdown },
    }),
  );

/** Runs the step on such traces. */
async function runGate(t: TestContext, options: { runs: number; slowdown: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'gate-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const source = { kind: 'memory', name: 'a load test', local: false, since: null, until: null };
  for (const [version, slowdown] of [
    ['base', 0],
    ['head', options.slowdown],
  ] as const) {
    const traces = tracesOf(version, options.runs, slowdown);
    const text = renderTraceFile({ ...source, kind: 'memory' }, traces);
    await writeFile(join(folder, `${version}.ndjson`), text);
  }
  const summary = join(folder, 'summary.md');
  await writeFile(summary, '');
  const { code, stdout, stderr } = await runToEnd('bash', ['-e', '-c', scriptOf('Compare')], {
    cwd: ROOT,
    env: childEnvironment({
      PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
      TRACES: folder,
      GITHUB_STEP_SUMMARY: summary,
    }),
  });
  const report = await readFile(join(folder, 'report.html'), 'utf8');
  return { code, output: stdout + stderr, summary: await readFile(summary, 'utf8'), report };
}

test('a new version that is slower fails the job', async (t) => {
  const { code, output, summary, report } = await runGate(t, { runs: 50, slowdown: 3 });
  assert.equal(code, 1, output);
  assert.match(output, /^Gate: fails\.$/m);
  assert.match(output, /^ {2}fails: b slower than 10 %$/m);
  assert.match(output, /^ {2}passes: error rate of b higher than 1 point$/m);
  assert.match(summary, /^\| \*\*fails\*\* \| b slower than 10 % \|/m);
  assert.match(report, /<h2 id="gate">Gate: fails<\/h2>/);
});

test('two equal versions let the job pass', async (t) => {
  const { code, output, summary } = await runGate(t, { runs: 50, slowdown: 0 });
  assert.equal(code, 0, output);
  assert.match(output, /^Gate: passes\.$/m);
  assert.equal(summary.match(/^\| \*\*passes\*\* \|/gm)?.length, 3);
});

test('too little data fails the job, as --require-verdict asks for a verdict', async (t) => {
  const { code, output, summary } = await runGate(t, { runs: 5, slowdown: 3 });
  assert.equal(code, 1, output);
  assert.match(
    output,
    /^Gate: fails, because there is not enough data and --require-verdict asks/m,
  );
  for (const reason of ['5 runs', '50 requests']) {
    assert.match(summary, new RegExp(`^\\| \\*\\*not enough data\\*\\*: ${reason}`, 'm'));
  }
  const page = readDocument('docs/compare.md').text;
  assert.match(page, /^\| not enough data \| .* \| 0; 1 with `--require-verdict` \|$/m);
});

test('the workflow can only read, uses actions of a stated version, and ends', () => {
  assert.match(WORKFLOW, /^permissions:\n {2}contents: read\n\n/m);
  assert.match(WORKFLOW, /timeout-minutes: \d+/);
  const actions = [...WORKFLOW.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
  assert.ok(actions.length > 0);
  for (const action of actions) assert.match(action, /@v\d+$/);
});

test('its command is one that the command line takes', () => {
  const words = scriptOf('Compare')
    .replaceAll('\\\n', ' ')
    .match(/'[^']*'|\S+/g)
    ?.map((word) => word.replaceAll("'", ''));
  const { command } = createCommandLine('0').read(words?.slice(2) ?? [], {});
  assert.equal(command, 'compare');
});
