import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '../../../../lib/clock.ts';
import { isAlive } from '../../../../tools/cli/is-alive.ts';
import { startGuardian } from '../../../../tools/local/platforms/guardian.ts';
import {
  type LogContent,
  type Program,
  startProgram,
} from '../../../../tools/local/platforms/program.ts';

/** Starts a program of a few lines; `line` waits for a line of its output. */
export function startScript(
  t: TestContext,
  script: string,
  env: Record<string, string> = {},
  clock: Clock = systemClock,
): Program & { lines: LogContent[]; line(text: string): Promise<void> } {
  const guardian = startGuardian();
  const lines: LogContent[] = [];
  const waiting = new Map<string, () => void>();
  const program = startProgram({
    args: ['--input-type=module', '--eval', script],
    cwd: process.cwd(),
    env,
    guardian,
    clock,
    onLine(line) {
      lines.push(line);
      if (typeof line === 'string') waiting.get(line)?.();
    },
  });
  t.after(async () => {
    program.kill();
    await program.exited;
    await guardian.close();
  });
  return {
    ...program,
    lines,
    line: (text) =>
      lines.includes(text)
        ? Promise.resolve()
        : new Promise((resolve) => waiting.set(text, resolve)),
  };
}

/** Waits until no process has this id; fails after 120 s. */
export async function isGone(pid: number): Promise<void> {
  const untilMs = Date.now() + 120_000;
  while (isAlive(pid)) {
    if (Date.now() > untilMs) throw new Error(`process ${pid} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
