import { spawn } from 'node:child_process';
import type { Clock } from '../../../lib/clock.ts';
import { excerpt } from '../../../lib/telemetry/excerpt.ts';
import type { Guardian } from './guardian.ts';
import { platformClock } from './platform.ts';
import { readLines } from './read-lines.ts';

export type LogContent = Readonly<Record<string, unknown>> | string;
export type Exit = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;
export type SpanCounts = Readonly<{
  started: number;
  ended: number;
  stored: number;
  lost: number;
}>;

/** A process of one program: what a container is on the real platforms. */
export type Program = Readonly<{
  pid: number;
  /** Settles when the process is gone and its last line was read. */
  exited: Promise<Exit>;
  isAlive(): boolean;
  /** SIGSTOP: no CPU until thaw(). */
  freeze(): void;
  thaw(): void;
  isFrozen(): boolean;
  /** Thaws, SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone. */
  stop(graceMs: number, onKill?: () => void): Promise<Exit>;
  kill(): void;
  /** From the log line 'telemetry stopped', once it was written. */
  spanCounts(): SpanCounts | undefined;
  /** What it wrote last, for a person who looks for the reason of its end. */
  lastLines(): readonly string[];
}>;

const MOST_LAST_LINES = 20;
/** In characters. */
const LONGEST_LAST_LINE = 2_000;

/**
 * Starts `file ...args`, by default node, with exactly the given environment, in a new process group:
 * a terminal's Ctrl-C must reach the programs only through their platform.
 */
export function startProgram(options: {
  file?: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  guardian: Guardian;
  onLine: (line: LogContent) => void;
  /** SIGTERM goes to the process group: a shell does not pass it on to what it runs. */
  stopsGroup?: boolean;
  clock?: Clock;
}): Program {
  const { guardian, onLine, file = process.execPath, clock = platformClock } = options;
  const child = spawn(file, [...options.args], {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${file} in ${options.cwd}`);
  guardian.watch(pid);

  let alive = true;
  let frozen = false;
  let spans: SpanCounts | undefined;
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, (text) => {
      lastLines.push(beginningOf(text));
      if (lastLines.length > MOST_LAST_LINES) lastLines.shift();
      const line = parseLine(text);
      spans = readSpanCounts(line) ?? spans;
      onLine(line);
    });
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', () => {
      // Its children must not outlive it, nor hold its streams open.
      signalGroup('SIGKILL');
      alive = false;
      guardian.forget(pid);
    });
    // 'close' comes after the last line of both streams
    child.once('close', (code, signal) => resolve({ code, signal }));
  });

  // To the group, as a cgroup's freezer stops everything in a container.
  const signalGroup = (signal: NodeJS.Signals) => {
    if (alive) sendSignal(-pid, signal);
  };
  const thaw = () => {
    if (!frozen) return;
    frozen = false;
    signalGroup('SIGCONT');
  };
  const kill = () => signalGroup('SIGKILL');

  return {
    pid,
    exited,
    isAlive: () => alive,
    freeze() {
      if (frozen) return;
      frozen = true;
      signalGroup('SIGSTOP');
    },
    thaw,
    isFrozen: () => frozen,
    kill,
    spanCounts: () => spans,
    lastLines: () => lastLines,
    async stop(graceMs, onKill = () => {}) {
      // SIGTERM stays pending until SIGCONT
      thaw();
      if (alive) sendSignal(options.stopsGroup === true ? -pid : pid, 'SIGTERM');
      const cancel = clock.after(graceMs, () => {
        if (!alive) return;
        onKill();
        kill();
      });
      const exit = await exited;
      cancel();
      return exit;
    },
  };
}

/** A process that has just ended, whose 'exit' event is still to come, is not an error. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A copy where it is cut: a slice keeps all of its text in memory. */
const beginningOf = (text: string): string =>
  text.length > LONGEST_LAST_LINE ? Buffer.from(excerpt(text, LONGEST_LAST_LINE)).toString() : text;

function parseLine(text: string): LogContent {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return text;
  }
}

function readSpanCounts(line: LogContent): SpanCounts | undefined {
  if (typeof line === 'string' || line.message !== 'telemetry stopped') return undefined;
  const spans = line.spans as Partial<Record<keyof SpanCounts, unknown>> | undefined;
  const count = (key: keyof SpanCounts) => Number(spans?.[key] ?? 0);
  return {
    started: count('started'),
    ended: count('ended'),
    stored: count('stored'),
    lost: count('lost'),
  };
}
