/** What a user at a terminal waits for: one burst of the complete system, and the refusal of a mistyped flag. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '../../local/platforms/environment.ts';
import type { Row, Sample } from '../row.ts';

const BIN = join(REPOSITORY, 'tools/cli/bin.mjs');
const REPORT = join(import.meta.dirname, '../report-usage.mjs');

/** The limits: half of the first measured time, 9.3 s on two cores, and a fifth of the first CPU, 0.7 s. */
const MOST_MS = 4_650;
const MOST_REFUSAL_MS = 150;

export const row: Row = {
  rounds: { quick: 3, full: 5 },
  open: () => ({
    variants: { once: { run: runOnce }, refusal: { run: refuse }, bare: { run: runBare } },
    figures: [
      {
        variant: 'npm start -- --once --requests 20: elapsed',
        ours: 'once',
        other: MOST_MS,
        metric: 'wallMs',
        unit: 'ms',
        goal: { of: 'ours', atMost: MOST_MS },
      },
      {
        variant: 'refusal of a mistyped flag: CPU',
        ours: 'refusal',
        other: MOST_REFUSAL_MS,
        metric: 'cpuMs',
        unit: 'ms',
        goal: { of: 'ours', atMost: MOST_REFUSAL_MS },
      },
      {
        variant: 'refusal of a mistyped flag: CPU ÷ bare node',
        ours: 'refusal',
        other: 'bare',
        metric: 'cpuMs',
        unit: 'ms',
        goal: null,
      },
    ],
    check: (answer) => (answer === null ? undefined : String(answer)),
  }),
};

async function runOnce(): Promise<Sample> {
  const { code, stdout, wallMs } = await run('npm', ['start', '--', '--once', '--requests', '20']);
  const isRight = code === 0 && stdout.includes('complete');
  return {
    metrics: { wallMs },
    answer: isRight ? null : `exit code ${code}: ${stdout.slice(-300)}`,
  };
}

/** Without npm, whose CPU is not ours. */
async function refuse(): Promise<Sample> {
  const { code, stderr, cpuMs } = await run(process.execPath, [BIN, 'up', '--onec']);
  const isRight = code === 2 && stderr.includes('--onec');
  return { metrics: { cpuMs }, answer: isRight ? null : `exit code ${code}: ${stderr}` };
}

async function runBare(): Promise<Sample> {
  const { code, cpuMs } = await run(process.execPath, ['-e', '0']);
  return { metrics: { cpuMs }, answer: code === 0 ? null : `exit code ${code}` };
}

type Ran = Readonly<{
  code: number;
  stdout: string;
  stderr: string;
  wallMs: number;
  cpuMs: number;
}>;

/** With the CPU of all its Node processes that ended by themselves; each says its own. */
async function run(command: string, args: readonly string[]): Promise<Ran> {
  const startMs = performance.now();
  const options = `--import=${pathToFileURL(REPORT).href}`;
  const child = spawn(command, args, {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(command !== 'npm' && { NODE_OPTIONS: options }) },
  });
  const read = async (stream: typeof child.stdout) => Buffer.concat(await stream.toArray());
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    read(child.stdout),
    read(child.stderr),
  ]);
  const wallMs = performance.now() - startMs;
  const text = stderr.toString();
  const cpuMs = [...text.matchAll(/"cpuMs":(\d+)/g)].reduce((sum, [, ms]) => sum + Number(ms), 0);
  return { code, stdout: stdout.toString(), stderr: text, wallMs, cpuMs };
}
