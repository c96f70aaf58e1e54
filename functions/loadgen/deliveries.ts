/** Enough for a retry of any age that a scheduler still makes, with one run a minute. */
const REMEMBERED_MINUTES = 64;

/**
 * What became of each scheduled minute on this instance. Cloud Scheduler delivers at least once;
 * a second delivery must not fire the burst again, or the minute would be counted twice.
 */
export function createDeliveries<R>() {
  const runs = new Map<string, R>();
  return {
    find: (scheduledMinute: string): R | undefined => runs.get(scheduledMinute),
    remember(scheduledMinute: string, run: R): void {
      runs.set(scheduledMinute, run);
      const oldest = runs.keys().next();
      if (runs.size > REMEMBERED_MINUTES && !oldest.done) runs.delete(oldest.value);
    },
    /** For a run that sent nothing: delivered again, it may run. */
    forget: (scheduledMinute: string): void => void runs.delete(scheduledMinute),
  };
}
