import { type Clock, systemClock } from '../../../lib/clock.ts';
import { createTraceReader, followRun } from '../../google/follow.ts';
import { createJobControl } from '../../google/job.ts';
import { JobError } from '../../google/job-errors.ts';
import { startRun } from '../../google/run.ts';
import type { Target } from '../../google/target.ts';
import type { Progress } from '../../google/waiting.ts';
import type { Check, Context } from './check.ts';
import { explain } from './explain.ts';

const JOB = 'shakesapp-load';

/** Starts one run of the load and waits for its traces: everything together, once. */
export const createForcedTraceCheck = (
  progress: Progress,
  /** Where Cloud Scheduler and Cloud Trace are elsewhere, and time too. */
  {
    local,
    clock = systemClock,
    jobId = JOB,
  }: Readonly<{ local?: Target['local']; clock?: Clock; jobId?: string }> = {},
): Check => ({
  id: 'forced-trace',
  title: 'a run that is started now gives whole traces',
  after: ['invokers', 'exporter-api', 'trace-writers', 'works-readers', 'works'],
  async run({ options, signal }: Context) {
    const { projectId, region } = options;
    const jobName = `projects/${projectId}/locations/${region}/jobs/${jobId}`;
    const target: Target = { projectId, region, jobName, ...(local && { local }) };
    const job = createJobControl(target);
    const look = `npm run doctor -- --project ${projectId} --since 10m`;
    try {
      const run = await startRun(job, clock, signal, progress);
      const arrived = await followRun({
        run,
        job,
        readTraces: createTraceReader(target, clock),
        clock,
        signal,
        progress,
      });
      if (arrived.complete && arrived.errors === 0) return [];
      const { expected, traces, whole, errors } = arrived;
      const text = `of ${expected} requests ${traces} gave a trace, ${whole} a whole one, ${errors} an error`;
      if (traces > 0) return [{ text, cure: look }];
      return [
        {
          text,
          cure: `gcloud scheduler jobs describe ${JOB} --project ${projectId} --location ${region} --format 'value(status,lastAttemptTime)'   # and what loadgen said: gcloud run services logs read loadgen --project ${projectId} --region ${region} --limit 50`,
        },
      ];
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof JobError)) return [explain(error, options)];
      const status = `npm run load -- status --project ${projectId} --region ${region} --job ${JOB}`;
      return [{ text: error.message.split('\n')[0] ?? '', cure: error.cure ?? status }];
    } finally {
      await job.close();
    }
  },
});
