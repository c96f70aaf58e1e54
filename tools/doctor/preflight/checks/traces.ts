import { type Clock, systemClock } from '../../../../lib/clock.ts';
import { SPAN } from '../../../../lib/telemetry/names.ts';
import { createTraceReader, followRun, type ReadTraces } from '../../../google/follow.ts';
import { createJobControl } from '../../../google/job.ts';
import { JobError } from '../../../google/job-errors.ts';
import { startRun } from '../../../google/run.ts';
import type { Target } from '../../../google/target.ts';
import type { Progress } from '../../../google/waiting.ts';
import { isComplete } from '../../../traces/completeness.ts';
import { type NormalisedTrace, requestsOf } from '../../../traces/normalise.ts';
import type { Check, Context } from '../check.ts';
import { explain } from '../explain.ts';
import { CLUSTER, NAMESPACE } from './cluster.ts';

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
  title: 'a run that starts now gives complete traces',
  after: ['invokers', 'exporter-api', 'trace-writers', 'works-readers', 'works'],
  async run({ options, signal }: Context) {
    const { projectId, region } = options;
    const jobName = `projects/${projectId}/locations/${region}/jobs/${jobId}`;
    const target: Target = { projectId, region, jobName, ...(local && { local }) };
    const job = createJobControl(target);
    const look = `npx shakesapp doctor --project ${projectId} --since 10m`;
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
      const { expected, traces, whole, errors, sharedIds } = arrived;
      if (arrived.complete && errors === 0 && sharedIds === 0) return [];
      const text = `of ${expected} requests ${traces} gave a trace, ${whole} a complete one, ${errors} an error${sharing(sharedIds)}`;
      if (traces > 0) return [{ text, fix: look }];
      return [
        {
          text,
          fix: `gcloud scheduler jobs describe ${JOB} --project ${projectId} --location ${region} --format 'value(status,lastAttemptTime)'   # and what loadgen logged: gcloud run services logs read loadgen --project ${projectId} --region ${region} --limit 50`,
        },
      ];
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof JobError)) return [explain(error, options)];
      const status = `npx shakesapp load status --project ${projectId} --region ${region} --job ${JOB}`;
      return [{ text: error.message.split('\n')[0] ?? '', fix: error.fix ?? status }];
    } finally {
      await job.close();
    }
  },
});

const WINDOW_MINUTES = 15;

/**
 * That the overlay's own schedule gave complete traces recently: no API of Google's starts a
 * Kubernetes job, so nothing is forced here.
 */
export const createGkeTracesCheck = (
  clock: Clock = systemClock,
  createReader: (context: Context) => ReadTraces = ({ options: { projectId, region } }) =>
    createTraceReader({ projectId, region, jobName: '' }, clock),
): Check => ({
  id: 'gke-traces',
  title: `GKE: complete traces arrived in the last ${WINDOW_MINUTES} minutes`,
  after: ['image-pullers', 'pod-trace-writers', 'pod-works-readers'],
  async run(context) {
    const { clusters, options, signal } = context;
    const [cluster] = clusters;
    if (!cluster) return { skipped: 'not deployed' };
    const { projectId } = options;
    const fromMs = clock.epochMs() - WINDOW_MINUTES * 60_000;
    const traces = await createReader(context)(fromMs, signal);
    const requests = traces.flatMap((trace) => requestsOf(trace)).filter(isFromPods);
    const whole = requests.filter(isComplete).length;
    const sharedIds = requests.filter(({ requestsInTrace }) => requestsInTrace > 1).length;
    if (whole > 0 && sharedIds === 0) return [];
    if (requests.length > 0) {
      const found =
        whole === 0
          ? `no trace of the pods is complete; ${requests.length} arrived`
          : `of ${requests.length} requests of the pods ${whole} gave a complete trace`;
      return [
        {
          text: `${found}${sharing(sharedIds)}`,
          fix: `npx shakesapp doctor --project ${projectId} --since ${WINDOW_MINUTES}m`,
        },
      ];
    }
    return [
      {
        text: `no trace of the pods in the last ${WINDOW_MINUTES} minutes`,
        fix:
          `gcloud container clusters get-credentials ${CLUSTER} --location ${cluster.location} --project ${projectId} ` +
          `&& kubectl -n ${NAMESPACE} get pods,cronjobs,jobs   # to start a run: kubectl -n ${NAMESPACE} create job --from=cronjob/trigger by-hand`,
      },
    ];
  },
});

const isFromPods = ({ nodes }: NormalisedTrace): boolean =>
  nodes.some(
    ({ span: { name, attributes } }) =>
      name === SPAN.loadgen && attributes['cloud.platform'] === 'gcp_kubernetes_engine',
  );

const sharing = (requests: number): string =>
  requests === 0 ? '' : `; ${requests} share their trace id with another request`;
