import { ATTR } from '../../lib/telemetry/names.ts';
import { formatMs } from '../cli/format.ts';
import { show } from './sources/unreadable.ts';
import type { Node } from './tree.ts';

/**
 * How long after it was due a request started, or why the delay that it states is impossible.
 * `ignored`: only the scheduled time says so, which another program may set, so the request counts
 * from its start.
 */
export type StartDelay = Readonly<{ ms: number }> | Readonly<{ why: string; ignored: boolean }>;

/** loadgen never starts a request before it is due; its timer has a resolution of 1 ms. */
const EARLIEST_MS = -1;
/** The scheduled time is of the wall clock, which may be set while the run goes on. */
const EARLIEST_BY_CLOCK_MS = -1_000;
/** No run goes on for so long: what says so is in another unit, or of another run. */
const LATEST_BEYOND_MS = 60 * 60 * 1_000;

type Timed = Pick<Node, 'span' | 'startMs' | 'endMs'>;

/**
 * By the schedule's own attribute where it is there (microseconds), else by the distance from the
 * scheduled time; null where the request has neither, and so no schedule.
 *
 *     due ──────▶ root starts ──────▶ root ends
 *        delay               duration
 */
export function startDelayOf({ span, startMs, endMs }: Timed): StartDelay | null {
  const { [ATTR.startDelayUs]: delayUs = '', [ATTR.scheduledTime]: scheduled = '' } =
    span.attributes;
  const byClock = delayUs === '';
  if (byClock && scheduled === '') return null;
  const shown = () =>
    byClock ? `${ATTR.scheduledTime} ${show(scheduled)}` : `${ATTR.startDelayUs} ${show(delayUs)}`;
  const delayMs = byClock ? span.startMs - Date.parse(scheduled) : numberOf(delayUs) / 1_000;
  if (!Number.isFinite(delayMs)) {
    return { why: `${shown()} is not a ${byClock ? 'time' : 'number'}`, ignored: false };
  }
  const durationMs = endMs - startMs;
  const earliestMs = byClock ? Math.max(EARLIEST_BY_CLOCK_MS, -durationMs) : EARLIEST_MS;
  if (delayMs < earliestMs) {
    return {
      why: `${shown()}: it starts ${formatMs(-delayMs)} before it is due`,
      ignored: byClock,
    };
  }
  if (delayMs - durationMs > LATEST_BEYOND_MS) {
    return { why: `${shown()}: it starts ${formatMs(delayMs)} after it is due`, ignored: false };
  }
  return { ms: delayMs };
}

const numberOf = (text: string): number =>
  /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;

/** Why the start delay cannot be; null where it can, or the span names none. */
export function impossibleDelayOf(root: Timed): string | null {
  const delay = startDelayOf(root);
  return delay !== null && 'why' in delay && !delay.ignored ? delay.why : null;
}
