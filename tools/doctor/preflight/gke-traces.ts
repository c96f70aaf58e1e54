import { type Clock, systemClock } from '../../../lib/clock.ts';
import { SPAN } from '../../../lib/telemetry/names.ts';
import { createTraceReader, type ReadTraces } from '../../google/follow.ts';
import { isComplete } from '../../traces/completeness.ts';
import type { Trace } from '../../traces/model.ts';
import { normalise } from '../../traces/normalise.ts';
import type { Check, Context } from './check.ts';
import { CLUSTER, NAMESPACE } from './cluster.ts';

const WINDOW_MINUTES = 15;

/**
 * That the overlay's own schedule gave whole traces of late: no API of Google's starts a
 * Kubernetes job, so nothing is forced here.
 */
export const createGkeTracesCheck = (
  clock: Clock = systemClock,
  createReader: (context: Context) => ReadTraces = ({ options: { projectId, region } }) =>
    createTraceReader({ projectId, region, jobName: '' }, clock),
): Check => ({
  id: 'gke-traces',
  title: `GKE: whole traces arrived in the last ${WINDOW_MINUTES} minutes`,
  after: ['image-pullers', 'pod-trace-writers', 'pod-works-readers'],
  async run(context) {
    const { clusters, options, signal } = context;
    const [cluster] = clusters;
    if (!cluster) return { skipped: 'not deployed' };
    const { projectId } = options;
    const fromMs = clock.epochMs() - WINDOW_MINUTES * 60_000;
    const traces = (await createReader(context)(fromMs, signal)).filter(isFromPods);
    if (traces.some((trace) => isComplete(normalise(trace)))) return [];
    if (traces.length > 0) {
      return [
        {
          text: `no trace of the pods is whole; ${traces.length} arrived`,
          cure: `npm run doctor -- --project ${projectId} --since ${WINDOW_MINUTES}m`,
        },
      ];
    }
    return [
      {
        text: `no trace of the pods in the last ${WINDOW_MINUTES} minutes`,
        cure:
          `gcloud container clusters get-credentials ${CLUSTER} --location ${cluster.location} --project ${projectId} ` +
          `&& kubectl -n ${NAMESPACE} get pods,cronjobs,jobs   # a run now: kubectl -n ${NAMESPACE} create job --from=cronjob/trigger by-hand`,
      },
    ];
  },
});

const isFromPods = ({ spans }: Trace): boolean =>
  spans.some(
    ({ name, attributes }) =>
      name === SPAN.loadgen && attributes['cloud.platform'] === 'gcp_kubernetes_engine',
  );
