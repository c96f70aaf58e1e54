import { setTimeout as sleep } from 'node:timers/promises';
import { createClosers } from '../local/closers.ts';
import { startCommand } from '../local/platforms/contained.ts';
import { writeEnvironmentFile } from '../local/platforms/environment-file.ts';
import { startGuardian } from '../local/platforms/guardian.ts';
import type { Exit, LogContent, Program } from '../local/platforms/program.ts';
import { listens } from './listening.ts';
import type { Options } from './options.ts';

/** As on both platforms. */
const START_WITHIN_MS = 60_000;
/** A person has to start it. */
const STARTED_BY_HAND_WITHIN_MS = 600_000;
const POLL_MS = 100;
/** From SIGTERM to SIGKILL, as on Cloud Run. */
const STOP_GRACE_MS = 10_000;

export type Stopped = Readonly<{
  exit: Exit;
  /** Where it did not end by itself in time: how long that was. */
  killedAfterMs: number | undefined;
  lastLines: readonly string[];
}>;
/** Sends SIGTERM; resolves when the program is gone. */
export type Stop = () => Promise<Stopped>;

/** The program under test, listening: started by `--command`, or by somebody else. */
export async function startTested(setup: {
  options: Options;
  variables: Readonly<Record<string, string>>;
  caller: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** A line for people. */
  tell: (line: string) => void;
  /** Of what a command writes. */
  onLine: (line: LogContent) => void;
  stopGraceMs?: number;
}): Promise<{
  /** Absent where somebody else started it. */
  stop?: Stop;
  close(): Promise<void>;
}> {
  const { options, variables, signal, tell, stopGraceMs = STOP_GRACE_MS } = setup;
  const closers = createClosers();
  try {
    let started: Program | undefined;
    if (options.command === undefined) {
      const { path, remove } = await writeEnvironmentFile(
        { platform: 'conformance', program: options.program },
        variables,
      );
      closers.add(remove);
      await tellToStart(options, path, tell);
    } else {
      const where = `${options.host}:${options.port}`;
      if (await listens(options)) {
        throw new Error(
          `${where} is taken: another program listens there. End it, or choose another port`,
        );
      }
      const guardian = startGuardian();
      closers.add(guardian.close);
      const { caller, onLine } = setup;
      const program = startCommand(options.command, { variables, caller, guardian, onLine });
      closers.add(() => program.stop(stopGraceMs));
      started = program;
    }
    await awaitListening(options, started, signal);
    return { ...(started && { stop: () => stop(started, stopGraceMs) }), close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function stop(program: Program, graceMs: number): Promise<Stopped> {
  let killedAfterMs: number | undefined;
  const exit = await program.stop(graceMs, () => {
    killedAfterMs = graceMs;
  });
  return { exit, killedAfterMs, lastLines: program.lastLines().slice(-3) };
}

async function tellToStart(
  options: Options,
  path: string,
  tell: (line: string) => void,
): Promise<void> {
  const where = `${options.host}:${options.port}`;
  if (await listens(options)) {
    tell(
      `${where} answers already. If it was not started with the environment in ${path}, its answers ` +
        'and traces are findings: restart it with the line below, and run this command again.',
    );
  }
  tell(`waits for ${where}; start it with: . ${path}`);
}

async function awaitListening(
  options: Options,
  started: Program | undefined,
  signal: AbortSignal,
): Promise<void> {
  const withinMs = started ? START_WITHIN_MS : STARTED_BY_HAND_WITHIN_MS;
  const untilMs = performance.now() + withinMs;
  // Its health is one of the checks, so that a connection is enough here.
  while (!(await listens(options))) {
    signal.throwIfAborted();
    const wrote = started?.lastLines().map((line) => `\n  ${line}`) ?? [];
    const last = wrote.length > 0 ? `; it wrote last:${wrote.join('')}` : '';
    if (started && !started.isAlive()) {
      const { code, signal: by } = await started.exited;
      const how = by === null ? `with the exit code ${code}` : `by ${by}`;
      throw new Error(
        `the command ended ${how} before it listened on ${options.host}:${options.port}${last}`,
      );
    }
    if (performance.now() > untilMs) {
      const seconds = withinMs / 1_000;
      throw new Error(
        `nothing listens on ${options.host}:${options.port} within ${seconds} s${last}`,
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}
