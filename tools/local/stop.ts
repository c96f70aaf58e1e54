import { formatMs } from '../cli/format.ts';

export type Stop = Readonly<{
  /** Aborted at the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** Says that everything has ended, if a signal was what ended it. */
  ended(): void;
}>;

/**
 * The end of a run by Ctrl-C or SIGTERM. It is announced at once: on a busy machine the programs take
 * seconds to end, and a terminal that says nothing looks as if it hung.
 *
 * Ctrl-C arrives twice (from the terminal and from npm): later signals change nothing.
 */
export function createStop(
  note: (text: string) => void,
  nowMs: () => number = () => performance.now(),
): Stop {
  const stopped = new AbortController();
  let sinceMs: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (sinceMs !== undefined) return;
      sinceMs = nowMs();
      note(`\n${name}: stopping. Every program first ends its requests and stores its spans ...`);
      stopped.abort(new Error(`stopped by ${name}`));
    });
  }
  return {
    signal: stopped.signal,
    ended() {
      if (sinceMs !== undefined)
        note(`Everything has stopped, after ${formatMs(nowMs() - sinceMs)}.`);
    },
  };
}
