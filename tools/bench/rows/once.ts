/** What a user at a terminal waits for: one burst of the complete system, and the refusal of a mistyped flag. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../../local/platforms/environment.ts';
import type { Row, Sample } from '../row.ts';
import type { RunCommand } from '../run-command.ts';
import { REPORT, usageOf } from '../run-process.ts';

const BIN = join(REPOSITORY, 'tools/cli/bin.mjs');
const REQUESTS = 20;

/** The limits: half of the first measured time, 9.3 s on two cores, and a fifth of the first CPU, 0.7 s. */
const MOST_MS = 4_650;
const MOST_REFUSAL_MS = 150;

export const row: Row = {
  rounds: { quick: 1, full: 5 },
  open: ({ runCommand }) => ({
    variants: {
      once: { run: () => runOnce(runCommand) },
      refusal: { run: () => refuse(runCommand) },
      bare: { run: () => runBare(runCommand) },
    },
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

/** By the file that it writes: a run that sends nothing is fast. */
async function runOnce(runCommand: RunCommand): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-once-'));
  try {
    const file = join(folder, 'run.json');
    const args = ['start', '--', '--once', '--requests', String(REQUESTS), `--json=${file}`];
    const { code, stderr, wallMs } = await runCommand('npm', args, { cwd: REPOSITORY });
    const answer =
      code === 0
        ? incomplete(await readFile(file, 'utf8'))
        : `exit code ${code}: ${stderr.slice(-300)}`;
    return { metrics: { wallMs }, answer };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Counts = Readonly<{ ok: number; wholeTraces: number }>;

/** What is missing in the results of a run on both platforms; null where nothing is. */
function incomplete(json: string): string | null {
  const platforms = Object.entries<Counts>(JSON.parse(json).platforms);
  if (platforms.length !== 2) return `${platforms.length} platforms of 2`;
  const short = platforms.find(([, of]) => of.ok !== REQUESTS || of.wholeTraces !== REQUESTS);
  if (short === undefined) return null;
  const [name, { ok, wholeTraces }] = short;
  return `${name}: ${ok} right answers and ${wholeTraces} complete traces of ${REQUESTS}`;
}

/** Without npm, whose CPU is not ours. */
async function refuse(runCommand: RunCommand): Promise<Sample> {
  const { code, stderr, cpuMs } = await runNode(runCommand, [BIN, 'up', '--onec']);
  const isRight = code === 2 && stderr.includes('--onec');
  return { metrics: { cpuMs }, answer: isRight ? null : `exit code ${code}: ${stderr}` };
}

async function runBare(runCommand: RunCommand): Promise<Sample> {
  const { code, cpuMs } = await runNode(runCommand, ['-e', '0']);
  return { metrics: { cpuMs }, answer: code === 0 ? null : `exit code ${code}` };
}

/** With the CPU of the process and of those that it started; each says its own when it ends. */
async function runNode(runCommand: RunCommand, args: readonly string[]) {
  const env = { NODE_OPTIONS: `--import=${REPORT}` };
  const { code, stderr } = await runCommand(process.execPath, args, { cwd: REPOSITORY, env });
  return { code, stderr, cpuMs: usageOf(stderr).cpuMs };
}
