import { Cron } from 'croner';
import { GoogleError } from '../google-status.ts';

export type CronSchedule = Readonly<{
  /** The next time strictly after the given one; undefined where there never is one. */
  nextMs(afterMs: number): number | undefined;
}>;

/** Five fields of unix-cron. The library knows more (L, W, #, ?, @daily) than Cloud Scheduler. */
const UNIX_CRON = /^\s*(?:[0-9*,/-]|[A-Za-z]{3})+(?:\s+(?:[0-9*,/-]|[A-Za-z]{3})+){4}\s*$/;

/**
 * A schedule in a time zone. Cloud Scheduler also accepts App Engine's English-like schedules ("every
 * 5 minutes"); here they are refused, with the real service's message for an invalid schedule.
 */
export function parseCron(schedule: string, timeZone: string): CronSchedule {
  try {
    if (!UNIX_CRON.test(schedule)) throw new Error('five fields of unix-cron are allowed');
    // "utc" in any case is what the API documents; ICU wants it so.
    const timezone = /^utc$/i.test(timeZone) ? 'UTC' : timeZone;
    const cron = new Cron(schedule, { paused: true, mode: '5-part', timezone });
    cron.nextRun();
    return { nextMs: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
  } catch (error) {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      `Schedule or time zone is invalid. (${JSON.stringify(schedule)} in ${JSON.stringify(timeZone)}: ${(error as Error).message})`,
    );
  }
}
