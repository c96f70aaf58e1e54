import { LOAD_LIMITS, lastAnswerMs, longestScheduleMs } from '../../functions/loadgen/contract.ts';
import { UsageError } from '../cli/command-line.ts';

/**
 * How far terraform/ keeps loadgen's longest run below the job's attempt deadline, unless its
 * variables are set otherwise: Cloud Run ends the run 30 s before the schedule gives up on it, and
 * loadgen by itself 10 s before that.
 *
 *     0               140 s       170 s     180 s        210 s
 *     |----------------|-----------|---------|------------|
 *      requests start   last answer|         |            |
 *                       loadgen ends  Cloud Run ends it   the schedule gives up
 */
export const MARGIN_SECONDS = { cloudRun: 30, loadgen: 10 } as const;

/**
 * Throws UsageError for a run that loadgen would refuse, every minute again. The job tells the
 * deadline alone; the local system leaves loadgen its own limits, whatever the deadline.
 */
export function checkRunLength(
  run: Readonly<{ requests: number; intervalMs: number }>,
  job: Readonly<{ attemptDeadlineMs: number; local: boolean }>,
): void {
  const { requests, intervalMs } = run;
  const { cloudRun, loadgen } = MARGIN_SECONDS;
  const deadlineSeconds = job.attemptDeadlineMs / 1000;
  const maxSeconds = job.local
    ? LOAD_LIMITS.LOADGEN_MAX_RUN_SECONDS
    : Math.max(1, deadlineSeconds - cloudRun - loadgen);
  const limits = { ...LOAD_LIMITS, LOADGEN_MAX_RUN_SECONDS: maxSeconds };
  const longestMs = longestScheduleMs(limits);
  const lengthMs = (requests - 1) * intervalMs;
  if (lengthMs <= longestMs) return;
  const [limit, remedy] = job.local
    ? [`loadgen's longest run of ${maxSeconds} s`, '']
    : [
        `the job's deadline of ${deadlineSeconds} s - ${cloudRun} s for Cloud Run - ${loadgen} s for loadgen`,
        "; for longer runs raise terraform's loadgen_timeout_seconds and attempt_deadline_seconds",
      ];
  throw new UsageError(
    `a run would take (${requests} - 1) × ${intervalMs} ms = ${lengthMs / 1000} s, and loadgen refuses ` +
      `more than ${longestMs / 1000} s: ${limit} - ${lastAnswerMs(limits) / 1000} s for the last answer; ` +
      `allowed: at most ${Math.floor(longestMs / intervalMs) + 1} requests at this interval, or at most ` +
      `${Math.floor(longestMs / (requests - 1))} ms between ${requests}${remedy}`,
  );
}
