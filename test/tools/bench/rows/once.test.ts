import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { row } from '../../../../tools/bench/rows/once.ts';
import type { RunCommand } from '../../../../tools/bench/run-command.ts';
import { runRow } from './run-row.ts';

const COMPLETE = { ok: 20, wholeTraces: 20 };

type Answers = Readonly<{
  platforms?: Readonly<Record<string, typeof COMPLETE>>;
  code?: number;
  refusal?: Readonly<{ code: number; stderr: string }>;
}>;

/** Stands in for npm and node. */
function createCommands({ platforms, code = 0, refusal }: Answers = {}) {
  const ran: string[] = [];
  const runCommand: RunCommand = async (command, args) => {
    const file = args.find((word) => word.startsWith('--json='))?.slice('--json='.length);
    ran.push(
      [command === 'npm' ? 'npm' : 'node', ...args.filter((word) => !/\//.test(word))].join(' '),
    );
    if (file !== undefined) {
      const value = platforms ?? { cloud_run: COMPLETE, gke: COMPLETE };
      await writeFile(file, JSON.stringify({ platforms: value }));
      return { code, stdout: '', stderr: 'why', wallMs: 4_000 };
    }
    const cpu = (ms: number) => `{"wallMs":1,"cpuMs":${ms},"peakMb":40}`;
    if (args.includes('-e')) return { code: 0, stdout: '', stderr: cpu(40), wallMs: 50 };
    const said = refusal ?? { code: 2, stderr: `unknown option --onec\n${cpu(30)}\n${cpu(90)}` };
    return { ...said, stdout: '', wallMs: 200 };
  };
  return { ran, runCommand };
}

test('once states the time of a run and the CPU of a refusal, with that of the Node that it starts', async () => {
  const commands = createCommands();
  const lines = await runRow('once', row, commands);
  assert.deepEqual(commands.ran.slice(0, 3), [
    'npm start -- --once --requests 20',
    'node up --onec',
    'node -e 0',
  ]);
  assert.deepEqual(
    lines.map(({ ours, other, ratio, goal, met }) => [ours, other, ratio?.median, goal, met]),
    [
      [4_000, 4_650, 4_000 / 4_650, '≤ 4650 ms', true],
      [120, 150, 0.8, '≤ 150 ms', true],
      [120, 40, 3, null, null],
    ],
  );
});

test('once fails with a wrong answer, an incomplete trace, a platform too few, and a failed run', async () => {
  const wrong: readonly (readonly [Answers, RegExp])[] = [
    [{ platforms: { cloud_run: COMPLETE, gke: { ...COMPLETE, ok: 19 } } }, /gke: 19 right answers/],
    [
      { platforms: { cloud_run: { ...COMPLETE, wholeTraces: 0 }, gke: COMPLETE } },
      /cloud_run: 20 right answers and 0 complete traces of 20/,
    ],
    [{ platforms: { gke: COMPLETE } }, /1 platforms of 2/],
    [{ code: 1 }, /exit code 1: why/],
  ];
  for (const [answers, message] of wrong) {
    await assert.rejects(runRow('once', row, createCommands(answers)), message);
  }
});

test('a refusal that does not name the flag, or has another exit code, does not count', async () => {
  for (const refusal of [
    { code: 2, stderr: 'crashed' },
    { code: 0, stderr: '--onec' },
  ]) {
    await assert.rejects(
      runRow('once', row, createCommands({ refusal })),
      /refusal answered wrong/,
    );
  }
});

test('a process that does not say its CPU has none', async () => {
  const refusal = { code: 2, stderr: '--onec' };
  const lines = await runRow('once', row, createCommands({ refusal }));
  assert.ok(Number.isNaN(lines[1]?.ours));
  assert.equal(lines[1]?.met, false);
});
