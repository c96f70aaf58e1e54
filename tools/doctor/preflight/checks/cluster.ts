import { z } from 'zod';
import type { Check, Finding } from '../check.ts';
import { isEnabled } from './project.ts';

/** As terraform/gke names them; a test compares. */
export const CLUSTER = 'otel-trace-codelab';
export const NAMESPACE = 'shakesapp';

const API = 'container.googleapis.com';
const CREATE = 'terraform -chdir=terraform/gke/cluster apply';

const clustersSchema = z.object({
  clusters: z
    .array(
      z.object({
        name: z.string(),
        location: z.string(),
        status: z.string().default('STATUS_UNSPECIFIED'),
        statusMessage: z.string().default(''),
        workloadIdentityConfig: z.object({ workloadPool: z.string().default('') }).optional(),
        nodePools: z
          .array(
            z.object({
              name: z.string(),
              config: z
                .object({
                  serviceAccount: z.string().default('default'),
                  workloadMetadataConfig: z.object({ mode: z.string().default('') }).optional(),
                })
                .default({ serviceAccount: 'default' }),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

type Found = z.output<typeof clustersSchema>['clusters'][number];

/** Pods keep running while GKE updates their cluster. */
const RUNNING = ['RUNNING', 'RECONCILING'];

export const poolOf = (projectId: string) => `${projectId}.svc.id.goog`;

/** That the overlay's cluster runs and its pods get identities; puts it into the context. */
export const cluster: Check = {
  id: 'cluster',
  title: `GKE: the cluster ${CLUSTER} runs, and its pods get identities`,
  after: ['apis'],
  async run(context) {
    const { api, options } = context;
    const { projectId } = options;
    if (!(await isEnabled(context, API))) {
      if (!options.gke) return { skipped: `not deployed: ${API} is not enabled` };
      const fix = `gcloud services enable ${API} --project ${projectId}`;
      return [{ text: `${API} is not enabled`, fix }];
    }
    const answer = await api.get('container', `/v1/projects/${projectId}/locations/-/clusters`);
    const found = clustersSchema.parse(answer).clusters.find(({ name }) => name === CLUSTER);
    if (!found) {
      if (!options.gke) return { skipped: `not deployed: there is no cluster ${CLUSTER}` };
      return [{ text: `there is no cluster ${CLUSTER} in ${projectId}`, fix: CREATE }];
    }
    context.clusters.push({
      location: found.location,
      nodeAccounts: found.nodePools.map(({ config }) => config.serviceAccount),
    });
    return findClusterFaults(found, projectId);
  },
};

function findClusterFaults(found: Found, projectId: string): Finding[] {
  const { status, statusMessage, location, workloadIdentityConfig, nodePools } = found;
  const place = `--location ${location} --project ${projectId}`;
  const pool = poolOf(projectId);
  return [
    ...(RUNNING.includes(status)
      ? []
      : [
          {
            text: `${CLUSTER} is ${status}: ${statusMessage}`,
            fix: `gcloud container clusters describe ${CLUSTER} ${place} --format 'yaml(status,conditions)'`,
          },
        ]),
    ...(workloadIdentityConfig?.workloadPool === pool
      ? []
      : [
          {
            text: `${CLUSTER} gives its pods no identities from ${pool}`,
            fix: `gcloud container clusters update ${CLUSTER} ${place} --workload-pool ${pool}`,
          },
        ]),
    ...nodePools
      .filter(({ config }) => config.workloadMetadataConfig?.mode !== 'GKE_METADATA')
      .map(({ name }) => ({
        text: `pods on the nodes of ${name} reach the metadata server of the node, not that of GKE`,
        fix: `gcloud container node-pools update ${name} --cluster ${CLUSTER} ${place} --workload-metadata GKE_METADATA`,
      })),
  ];
}
