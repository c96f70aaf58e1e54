import { isWhole } from './completeness.ts';
import type { Trace } from './model.ts';
import { normalise } from './normalise.ts';

/** Programs export every 5 s and Cloud Trace takes a moment: until then a trace is not all there. */
export const SETTLED_AFTER_MS = 15_000;

/** Whether a trace may still have been growing when it was read. */
export const isFresh = (trace: Trace, readAtMs: number): boolean =>
  readAtMs - lastEndMs(trace) < SETTLED_AFTER_MS;

/** Fresh, and not whole yet: nothing is to be said against it so far. */
export const isArriving = (trace: Trace, readAtMs: number): boolean =>
  isFresh(trace, readAtMs) && !isWhole(normalise(trace));

const lastEndMs = ({ spans }: Trace): number =>
  spans.reduce((latest, { endMs }) => Math.max(latest, endMs), Number.NEGATIVE_INFINITY);
