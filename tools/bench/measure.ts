import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutcomeRow } from './outcome.ts';

const MEASURING = join(import.meta.dirname, 'measure-row.ts');
/** Longer than it takes to close whatever a row started. */
const KILL_AFTER_MS = 45_000;

export type MeasureOptions = Readonly<{
  quick: boolean;
  seed: number;
  signal: AbortSignal;
  /** The program that measures. */
  file?: string;
}>;

/**
 * Measures one row in a new process. It leads a group of processes, and has a new folder for temporary
 * files: neither outlives the row. Ctrl-C in a terminal does not reach the group; the signal ends it,
 * in order. Undefined where the row failed and said why; no figures at all throw.
 */
export async function measure(
  name: string,
  { quick, seed, signal, file = MEASURING }: MeasureOptions,
): Promise<readonly OutcomeRow[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-bench-'));
  const measuring = spawn(
    process.execPath,
    ['--expose-gc', file, name, quick ? 'quick' : 'full', String(seed)],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
      env: { ...process.env, TMPDIR: folder },
    },
  );
  let rows: readonly OutcomeRow[] | undefined;
  measuring.once('message', (message) => {
    rows = message as readonly OutcomeRow[];
  });
  // 'close' comes after the last message, 'exit' may come before it
  const closed = once(measuring, 'close');
  const stop = () => {
    measuring.kill('SIGTERM');
    setTimeout(() => signalGroup(measuring.pid, 'SIGKILL'), KILL_AFTER_MS).unref();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const [code] = await closed;
    if (code !== 0) return undefined;
    if (rows === undefined) throw new Error(`${name} ended without figures`);
    return rows;
  } finally {
    signal.removeEventListener('abort', stop);
    signalGroup(measuring.pid, 'SIGTERM');
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** A group that has no process any more is no error. */
function signalGroup(leader: number | undefined, name: 'SIGTERM' | 'SIGKILL'): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
