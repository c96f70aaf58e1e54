import type { LedgerReport } from '../../lib/telemetry/ledger.ts';
import type { Guardian } from '../../tools/local/platforms/guardian.ts';
import type { ProgramName } from '../../tools/local/platforms/platform.ts';
import { type Exit, type LogContent, startProgram } from '../../tools/local/platforms/program.ts';
import { type Vitals, watchVitals } from './vitals.ts';

/** A real program that runs. */
export type Process = Readonly<{
  name: ProgramName;
  pid: number;
  lines: readonly LogContent[];
  /** Settles with the latest line of that message, or the next; rejects if it ends first. */
  line(message: string): Promise<Readonly<Record<string, unknown>>>;
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal, and settles with the first line of that message that comes after it. */
  answer(signal: NodeJS.Signals, message: string): Promise<Readonly<Record<string, unknown>>>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** SIGTERM and the wait for its end. */
  stop(): Promise<Ended>;
  ended(): Promise<Ended>;
  isAlive(): boolean;
}>;

export type Ended = Readonly<{
  name: ProgramName;
  exit: Exit;
  /** Its last count; undefined where it was killed before it could say. */
  ledger: LedgerReport | undefined;
  vitals: Vitals;
  lines: readonly LogContent[];
}>;

/** Far longer than the programs' own limit, so that the kill is never what ends one. */
const GRACE_MS = 120_000;

export function startProcess(options: {
  name: ProgramName;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  guardian: Guardian;
}): Process {
  const { name } = options;
  const lines: LogContent[] = [];
  const waiting = new Set<() => void>();
  const program = startProgram({
    ...options,
    onLine(line) {
      lines.push(line);
      for (const wake of waiting) wake();
    },
  });
  const watch = watchVitals(program.pid);
  const find = (message: string, from = 0) =>
    lines
      .slice(from)
      .map(asObject)
      .findLast((line) => line.message === message);
  const ended = program.exited.then((exit): Ended => {
    for (const wake of waiting) wake();
    const ledger = find('telemetry stopped')?.spans as LedgerReport | undefined;
    return { name, exit, ledger, vitals: watch.stop(), lines };
  });

  const line = async (message: string, from?: number) => {
    for (;;) {
      const found = find(message, from);
      if (found) return found;
      if (!program.isAlive()) throw new Error(`${name} ended: ${tail(lines)}`);
      const woken = Promise.withResolvers<void>();
      waiting.add(woken.resolve);
      await woken.promise;
      waiting.delete(woken.resolve);
    }
  };
  const signal = (kind: NodeJS.Signals) => {
    if (program.isAlive()) process.kill(program.pid, kind);
  };

  return {
    name,
    pid: program.pid,
    lines,
    line: (message) => line(message),
    signal,
    answer(kind, message) {
      const from = lines.length;
      signal(kind);
      return line(message, from);
    },
    freeze: program.freeze,
    thaw: program.thaw,
    async stop() {
      await program.stop(GRACE_MS);
      return ended;
    },
    ended: () => ended,
    isAlive: program.isAlive,
  };
}

const asObject = (line: LogContent): Readonly<Record<string, unknown>> =>
  typeof line === 'string' ? { message: line } : line;

const tail = (lines: readonly LogContent[]) => lines.slice(-5).map((line) => JSON.stringify(line));
