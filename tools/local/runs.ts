import { counted } from '../cli/format.ts';
import { createLoadBody, fireOn, fireRun } from './fire.ts';
import { type Options, splitIntoRuns } from './options.ts';
import { PLATFORM_LABEL } from './platforms/labels.ts';
import type { ReadyPlatform, System } from './system.ts';

const MINUTE_MS = 60_000;

/** The runs of `--once`. */
export type Runs = Readonly<{
  /**
   * Fires the first run on a platform that is ready, while the other one may still start: the cold
   * starts of Cloud Run follow each other, and leave a second processor idle.
   */
  begin(ready: ReadyPlatform): void;
  /** Waits for the first run, and fires the others on all platforms at once, one after the other. */
  finish(system: System): Promise<void>;
  /** What went wrong, a sentence each. */
  broken: readonly string[];
}>;

/**
 * The runs follow each other without a pause, but each names a different minute, the last one the
 * current minute. So each has a different sequence of queries, as with the schedule.
 */
export function createRuns(of: {
  options: Options;
  signal: AbortSignal;
  onProgress: (text: string) => void;
  /** The first run has ended on one platform and not on the other: no request is disturbed now. */
  onPause: () => void;
}): Runs {
  const { options, signal, onProgress } = of;
  const sizes = splitIntoRuns(options.requests, options.runs);
  const thisMinuteMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const [platform, other] = options.platforms;
  const where = platform && !other ? PLATFORM_LABEL[platform] : 'each platform';
  const first: Promise<void>[] = [];
  let underWay = options.platforms.length;
  const broken: string[] = [];

  const attempt = async (
    index: number,
    fire: (body: ReturnType<typeof createLoadBody>, minute: Date) => Promise<void>,
  ) => {
    const minute = new Date(thisMinuteMs - (sizes.length - 1 - index) * MINUTE_MS);
    const { intervalMs } = options;
    const body = createLoadBody({ requests: sizes[index] ?? 0, intervalMs });
    try {
      await fire({ ...body, scheduledTime: minute.toISOString() }, minute);
    } catch (error) {
      const text = `run ${index + 1}: ${(error as Error).message}`;
      // Both platforms are stopped for one reason.
      if (!broken.includes(text)) broken.push(text);
    }
  };
  const tell = (index: number) =>
    onProgress(
      `run ${index + 1} of ${sizes.length}: ${counted(sizes[index] ?? 0, 'request')} on ${where}`,
    );

  return {
    broken,
    begin(ready) {
      if (first.length === 0) tell(0);
      const run = attempt(0, (body, minute) => fireOn(ready, body, minute, signal));
      first.push(
        run.then(() => {
          underWay -= 1;
          if (underWay > 0) of.onPause();
        }),
      );
    },
    async finish(system) {
      await Promise.all(first);
      for (let index = 1; index < sizes.length && !signal.aborted; index += 1) {
        await system.measureSlowness();
        tell(index);
        await attempt(index, (body, minute) => fireRun(system, body, minute, signal));
      }
      if (signal.aborted) broken.push('stopped before the last run');
    },
  };
}
