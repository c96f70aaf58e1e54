import type { Resource, Values } from './plan.ts';
import { ofType, podsOf } from './planned-pods.ts';
import type { Policy } from './policies.ts';

function eachPod(
  resources: readonly Resource[],
  check: (pod: Values, container: Values) => boolean,
  finding: string,
): string[] {
  return podsOf(resources)
    .filter(({ pod }) => !pod.container.every((container: Values) => check(pod, container)))
    .map(({ address }) => `${address} ${finding}`);
}

export const GKE_POLICIES: Readonly<Record<string, Policy>> = {
  'containers do not run as root': (resources) =>
    eachPod(
      resources,
      ({ security_context: [context] }) =>
        context?.run_as_non_root === true && Number(context.run_as_user) > 0,
      'may run as root',
    ),

  'containers cannot write their file system': (resources) =>
    eachPod(
      resources,
      (_, { security_context: [context] }) => context?.read_only_root_filesystem === true,
      'has a writable root file system',
    ),

  'containers have no capabilities': (resources) =>
    eachPod(
      resources,
      (_, { security_context: [context] }) =>
        context?.allow_privilege_escalation === false &&
        context.privileged !== true &&
        context.capabilities?.[0]?.drop?.includes('ALL') &&
        (context.capabilities[0].add ?? []).length === 0,
      'keeps capabilities or may gain privileges',
    ),

  'system calls are filtered': (resources) =>
    eachPod(
      resources,
      ({ security_context: [context] }) => context?.seccomp_profile?.[0]?.type === 'RuntimeDefault',
      'has no seccomp profile',
    ),

  'no pod holds a token of the Kubernetes API': (resources) =>
    eachPod(resources, (pod) => pod.automount_service_account_token === false, 'mounts a token'),

  'gRPC is balanced over pods': (resources) =>
    ofType(resources, 'kubernetes_service_v1')
      .filter(
        ({ values }) =>
          values.metadata[0].name === 'server' && values.spec[0].cluster_ip !== 'None',
      )
      .map(({ address }) => `${address} is not headless`),

  'runs do not pile up': (resources) =>
    ofType(resources, 'kubernetes_cron_job_v1').flatMap(
      ({
        address,
        values: {
          spec: [spec],
        },
      }) => {
        const [job] = spec.job_template[0].spec;
        if (spec.concurrency_policy !== 'Forbid')
          return [`${address} has ${spec.concurrency_policy}`];
        return job.backoff_limit === 0 ? [] : [`${address} retries ${job.backoff_limit} times`];
      },
    ),

  'both schedules run, by one clock': (resources) => {
    const [job] = ofType(resources, 'google_cloud_scheduler_job');
    return ofType(resources, 'kubernetes_cron_job_v1').flatMap(({ address, values }) => {
      const { schedule, timezone, suspend } = values.spec[0];
      const found = `${schedule} ${timezone}${suspend === false ? '' : ', suspended'}`;
      const wanted = `${job?.values.schedule} ${job?.values.time_zone}`;
      return found === wanted ? [] : [`${address} runs at ${found}, Cloud Scheduler at ${wanted}`];
    });
  },

  'the cluster enforces network policies and pod identities': (resources) =>
    ofType(resources, 'google_container_cluster').flatMap(({ address, values }) => {
      const missing = [];
      if (values.datapath_provider !== 'ADVANCED_DATAPATH') missing.push('Dataplane V2');
      if (!values.workload_identity_config?.[0]?.workload_pool) missing.push('workload identity');
      const [node] = values.node_config;
      if (node.workload_metadata_config[0]?.mode !== 'GKE_METADATA') missing.push('GKE metadata');
      if (!node.service_account?.startsWith('shakesapp-nodes@'))
        missing.push('its own node account');
      return missing.map((what) => `${address} lacks ${what}`);
    }),

  'the cluster stands beside the images': (resources) => {
    const [region] = ofType(resources, 'google_artifact_registry_repository').map(
      ({ values }): string => values.location,
    );
    return ofType(resources, 'google_container_cluster')
      .filter(({ values }) => !values.location.startsWith(`${region}-`))
      .map(({ address, values }) => `${address} is in ${values.location}, its images in ${region}`);
  },
};
