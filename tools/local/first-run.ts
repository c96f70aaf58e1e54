import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';

/** Whether a live run fires at once, or with the next minute of the schedule. */
export type FirstRun =
  | Readonly<{ now: true; minute: Date }>
  | Readonly<{ now: false; minute: Date; waitSeconds: number }>;

const MINUTE_MS = 60_000;
/** For cold starts, the last answer, and the last export before it. */
const MARGIN_MS = 10_000;

/** From the first request to the last. A longer run meets the next minute, and runs never overlap. */
export const LONGEST_LIVE_RUN_MS = MINUTE_MS - MARGIN_MS;

/**
 * A run now must end before the schedule's next one. Otherwise GKE skips that one, because its
 * CronJob forbids two at once, and Cloud Scheduler fires it beside the first.
 *
 *     12:33                           12:34
 *     |--[=== run ===][ margin ]-------|          fires now, as of 12:33
 *     |------------------[=== run ===][|margin ]  fires at 12:34 only
 */
export function planFirstRun(body: LoadRequestBody, nowMs: number): FirstRun {
  const lengthMs = (body.requests ?? 0) * (body.intervalMs ?? 0) + MARGIN_MS;
  const minuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const nextMs = minuteMs + MINUTE_MS;
  if (nowMs + lengthMs <= nextMs) return { now: true, minute: new Date(minuteMs) };
  return {
    now: false,
    minute: new Date(nextMs),
    waitSeconds: Math.ceil((nextMs - nowMs) / 1000),
  };
}

export function renderFirstRun(first: FirstRun): string {
  if (first.now) return 'First run now, then every minute.';
  const time = first.minute.toISOString().slice(11, 16);
  return `First run at ${time}Z (in ${first.waitSeconds} s), then every minute.`;
}
