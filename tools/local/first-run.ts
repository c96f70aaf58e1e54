import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';

/** Whether a live run begins with a run of its own, or with that of the schedule. */
export type FirstRun =
  | Readonly<{ now: true; minute: Date }>
  | Readonly<{ now: false; minute: Date; waitSeconds: number }>;

const MINUTE_MS = 60_000;
/** Beyond its schedule: cold starts, the last answer, and the last export before the answer. */
const MARGIN_MS = 10_000;

/**
 * A run now must be over before the schedule's next one. Else GKE would skip that one, because its
 * CronJob forbids two at once, and Cloud Scheduler would fire it beside the first.
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
  if (first.now) return 'The schedule fires both platforms every minute, and now.';
  const time = first.minute.toISOString().slice(11, 16);
  return `The schedule fires both platforms every minute: at ${time}Z, in ${first.waitSeconds} s.`;
}
