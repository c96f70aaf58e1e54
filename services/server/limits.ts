import { AppError } from '../../lib/errors.ts';

/** The most that the works may come to, as they are stored and as text. */
export type WorksLimits = Readonly<{ objects: number; bytes: number }>;

/**
 * All texts are in memory, and while they are read again there may be two of each, at two bytes a
 * character: 64 MiB is what a container of 512 MiB holds for certain. Shakespeare's works have
 * 5.5 MB. A prefix that takes more is a mistake, which must end with a message and not with the kernel's
 * OOM killer.
 */
export const WORKS_LIMITS: WorksLimits = { objects: 10_000, bytes: 64 * 1024 * 1024 };

export function tooLarge(limits: WorksLimits): AppError {
  return new AppError(
    'failedPrecondition',
    'the bucket and prefix hold more than can be searched; ' +
      `allowed: ${limits.objects} objects with ${limits.bytes} bytes in all`,
  );
}
