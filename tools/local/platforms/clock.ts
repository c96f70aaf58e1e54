import { type Clock, systemClock } from '../../../lib/clock.ts';

/** The system's clock with fractions of a millisecond: the platforms write spans by it. */
export const platformClock: Clock = {
  ...systemClock,
  epochMs: () => performance.timeOrigin + performance.now(),
};
