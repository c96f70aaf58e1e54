import type { Policy } from './policies.ts';

const APIS = ['google_project_service.required'];
const POD_ROLES = [
  'google_project_iam_member.program',
  'google_storage_bucket_iam_member.reads_works',
  'google_service_account_iam_member.acts_as_google',
];

/** What no reference says: without it the first apply fails, or what it starts lacks something. */
const WAITS: Readonly<Record<string, readonly string[]>> = {
  'serverless:google_artifact_registry_repository.images': APIS,
  'serverless:google_storage_bucket.build': APIS,
  'serverless:google_service_account.build': APIS,
  'serverless:google_service_account.scheduler': APIS,
  'serverless:google_service_account.loadgen': APIS,
  'serverless:google_service_account.client': APIS,
  'serverless:google_service_account.server': APIS,
  // Without its permissions a program's first traces would be lost.
  'serverless:module.loadgen.google_cloud_run_v2_service.program': [
    'google_project_iam_member.loadgen_traces',
  ],
  'serverless:module.client.google_cloud_run_v2_service.program': [
    'google_project_iam_member.client_traces',
  ],
  'serverless:module.server.google_cloud_run_v2_service.program': [
    'google_project_iam_member.server_traces',
    'google_storage_bucket_iam_member.server_reads_works',
  ],
  // Every edge's invoker, or the first run would be answered 403.
  'serverless:google_cloud_scheduler_job.load': [
    'module.loadgen',
    'module.client',
    'module.server',
  ],
  'cluster:google_compute_network.cluster': APIS,
  'cluster:google_container_cluster.target': [
    'google_project_iam_member.nodes',
    'google_artifact_registry_repository_iam_member.nodes_pull',
  ],
  'workloads:module.program.kubernetes_deployment_v1.program': [
    ...POD_ROLES,
    'kubernetes_network_policy_v1.deny_all',
    'kubernetes_network_policy_v1.platform',
    'kubernetes_resource_quota_v1.bound',
  ],
  'workloads:kubernetes_cron_job_v1.trigger': ['module.program'],
};

export const WAITING_POLICIES: Readonly<Record<string, Policy>> = {
  'everything waits for what it needs': (resources) =>
    Object.entries(WAITS).flatMap(([address, needed]) => {
      const found = resources.filter(
        (one) => one.address.replaceAll(/\[[^\]]*\]/g, '') === address,
      );
      if (found.length === 0) return [`${address} is not planned`];
      return found.flatMap(({ address: own, dependsOn }) =>
        needed
          .filter((one) => !dependsOn.includes(one))
          .map((one) => `${own} does not wait for ${one}`),
      );
    }),
};
