import { type Clock, sleep } from '../../lib/clock.ts';

/** How far something is: `say` everywhere, `show` where there is a terminal to write over. */
export type Progress = Readonly<{ say(text: string): void; show(text: string): void }>;

const TICK_MS = 1_000;

/** Waits, and says for how long: once as a line, then each second on a terminal. */
export async function waitUntil(
  atMs: number,
  tools: Readonly<{ clock: Clock; signal: AbortSignal; progress: Progress }>,
  describe: (seconds: number) => string,
): Promise<void> {
  const { clock, signal, progress } = tools;
  const left = () => atMs - clock.epochMs();
  if (left() <= 0) return;
  progress.say(describe(Math.ceil(left() / 1000)));
  while (left() > 0) {
    await sleep(clock, Math.min(TICK_MS, left()), signal);
    progress.show(describe(Math.max(0, Math.ceil(left() / 1000))));
  }
}
