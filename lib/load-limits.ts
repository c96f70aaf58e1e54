/**
 * How long a run of loadgen may be. Here and not in functions/loadgen, because who sets the load
 * should refuse what loadgen would refuse minute after minute.
 */

/** By their names in loadgen's environment. */
export type LoadLimits = Readonly<{
  LOADGEN_MAX_RUN_SECONDS: number;
  LOADGEN_REQUEST_TIMEOUT_SECONDS: number;
}>;

/** Where its environment says nothing else. */
export const LOAD_LIMITS: LoadLimits = {
  LOADGEN_MAX_RUN_SECONDS: 170,
  LOADGEN_REQUEST_TIMEOUT_SECONDS: 30,
};

/**
 * What the longest run keeps free after its last scheduled time, so that the last request can be
 * answered: the time that a request may take, but never more than half of the run.
 */
export function lastAnswerMs(limits: LoadLimits): number {
  const { LOADGEN_MAX_RUN_SECONDS: run, LOADGEN_REQUEST_TIMEOUT_SECONDS: request } = limits;
  return Math.min(request * 1000, run * 500);
}

/** The longest that it may be from the first scheduled time to the last one. */
export function longestScheduleMs(limits: LoadLimits): number {
  return limits.LOADGEN_MAX_RUN_SECONDS * 1000 - lastAnswerMs(limits);
}
