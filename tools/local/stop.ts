import { formatMs } from '../cli/format.ts';

export type Stop = Readonly<{
  /** Aborted at the first interruption. */
  signal: AbortSignal;
  /** Later ones change nothing: Ctrl-C arrives twice, from the terminal and from npm. */
  interrupt(name: NodeJS.Signals): void;
  /** Whether there are programs to wait for. Until it is called, there are none. */
  setProgramsRun(doRun: boolean): void;
  /** Says that everything has ended, if an interruption was what ended it. */
  ended(): void;
}>;

/**
 * The end of a run by Ctrl-C or SIGTERM. It is announced at once: on a busy machine the programs take
 * seconds to end, and a terminal that says nothing looks as if it hung.
 */
export function createStop(
  note: (text: string) => void,
  nowMs: () => number = () => performance.now(),
): Stop {
  const stopped = new AbortController();
  let sinceMs: number | undefined;
  let programsRun = false;
  return {
    signal: stopped.signal,
    interrupt(name) {
      if (sinceMs !== undefined) return;
      sinceMs = nowMs();
      const awaited = programsRun
        ? ' Every program first ends its requests and stores its spans ...'
        : '';
      note(`\n${name}: stopping.${awaited}`);
      stopped.abort(new Error(`stopped by ${name}`));
    },
    setProgramsRun(doRun) {
      programsRun = doRun;
    },
    ended() {
      if (sinceMs !== undefined)
        note(`Everything has stopped, after ${formatMs(nowMs() - sinceMs)}.`);
    },
  };
}
