import { request } from 'node:http';
import { Cron } from 'croner';
import { runDeadlineMs } from '../deadlines.ts';
import type { FireResult } from '../platform.ts';

type Body = Readonly<Record<string, unknown>>;

export type CronJob = Readonly<{
  /** Fires now, as at each minute; undefined where the last run has not ended (Forbid). */
  fire(body: Body, minute: Date): Promise<FireResult | undefined>;
  /** Fires no more; resolves when the current run has ended. */
  close(): Promise<void>;
}>;

/**
 * A CronJob whose pod posts to loadgen, with the scheduled minute in the body: the comparison pairs
 * both platforms' runs by that minute.
 */
export function startCronJob(options: {
  url: string;
  /** Fires every minute; only by hand where absent. */
  schedule?: Readonly<{ body: Body }> | undefined;
  /** How many times as long its deadline is; 1 where absent. */
  slowness?: () => number;
  onFired(minute: Date, result: FireResult): void;
  onSkipped(minute: Date, reason: string): void;
}): CronJob {
  let running: Promise<unknown> | undefined;
  let closed = false;

  const fire = async (body: Body, minute: Date) => {
    if (closed || running) {
      options.onSkipped(minute, closed ? 'the platform is closing' : 'the last run has not ended');
      return undefined;
    }
    const answer = post(
      options.url,
      { ...body, scheduledTime: minute.toISOString() },
      runDeadlineMs(options.slowness?.() ?? 1),
    );
    running = answer;
    try {
      const result = await answer;
      options.onFired(minute, result);
      return result;
    } finally {
      running = undefined;
    }
  };

  const { schedule } = options;
  const cron =
    schedule &&
    new Cron('* * * * *', { timezone: 'Etc/UTC' }, (self: Cron) => {
      const minute = new Date(self.currentRun() ?? Date.now());
      minute.setUTCSeconds(0, 0);
      fire(schedule.body, minute).catch((error: Error) => options.onSkipped(minute, error.message));
    });

  return {
    fire,
    async close() {
      closed = true;
      cron?.stop();
      await running?.catch(() => {});
    },
  };
}

function post(url: string, body: Body, deadlineMs: number): Promise<FireResult> {
  const { promise, resolve, reject } = Promise.withResolvers<FireResult>();
  const text = JSON.stringify(body);
  const outgoing = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    signal: AbortSignal.timeout(deadlineMs),
  });
  outgoing.once('error', reject);
  outgoing.once('response', async (response) => {
    try {
      const answer = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, body: parseJson(answer) });
    } catch (error) {
      reject(error);
    }
  });
  outgoing.end(text);
  return promise;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
