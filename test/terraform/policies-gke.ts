import type { Resource, Values } from './plan.ts';
import {
  containersOfPod,
  type EffectiveSecurity,
  effectiveSecurity,
  ofType,
  podsOf,
} from './planned-pods.ts';
import type { Policy } from './policies.ts';

/** One finding for each container that fails: what it effectively gets counts, not where it is set. */
function eachContainer(
  resources: readonly Resource[],
  check: (security: EffectiveSecurity) => boolean,
  finding: string,
): string[] {
  return podsOf(resources).flatMap(({ address, pod }) =>
    containersOfPod(pod)
      .filter((container) => !check(effectiveSecurity(pod, container)))
      .map(({ name }) => `${address}: container ${name} ${finding}`),
  );
}

function eachPod(
  resources: readonly Resource[],
  check: (pod: Values) => boolean,
  finding: string,
): string[] {
  return podsOf(resources)
    .filter(({ pod }) => !check(pod))
    .map(({ address }) => `${address} ${finding}`);
}

export const GKE_POLICIES: Readonly<Record<string, Policy>> = {
  'the API server refuses pods that ask for more than they need': (resources) =>
    ofType(resources, 'kubernetes_namespace_v1')
      .map(({ address, values }) => ({ address, labels: values.metadata[0].labels }))
      .filter(({ labels }) => labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
      .map(({ address }) => `${address} does not enforce "restricted"`),

  'containers do not run as root': (resources) => [
    ...eachContainer(
      resources,
      ({ runAsNonRoot, runAsUser }) => runAsNonRoot && Number(runAsUser) > 0,
      'may run as root',
    ),
    // "restricted" refuses that pod even where each of its containers says otherwise.
    ...eachPod(
      resources,
      ({ security_context: [context] }) =>
        context?.run_as_non_root !== false && context?.run_as_user !== '0',
      'says that it may run as root',
    ),
  ],

  'containers cannot write their file system': (resources) =>
    eachContainer(
      resources,
      ({ readOnlyRootFilesystem }) => readOnlyRootFilesystem,
      'has a writable root file system',
    ),

  'containers have no capabilities': (resources) =>
    eachContainer(
      resources,
      ({ allowPrivilegeEscalation, privileged, added, dropped }) =>
        !allowPrivilegeEscalation && !privileged && dropped.includes('ALL') && added.length === 0,
      'keeps capabilities or may gain privileges',
    ),

  'system calls are filtered': (resources) =>
    eachContainer(
      resources,
      ({ seccomp }) => seccomp === 'RuntimeDefault',
      'has no seccomp profile',
    ),

  'pods share nothing with their node': (resources) =>
    eachPod(
      resources,
      ({ host_network, host_pid, host_ipc, volume, ...pod }) =>
        !(host_network || host_pid || host_ipc) &&
        !(volume ?? []).some(({ host_path }: Values) => host_path?.length > 0) &&
        !containersOfPod(pod).some(({ port }) =>
          (port ?? []).some(({ host_port }: Values) => Number(host_port) > 0),
        ),
      'shares the network, processes, files or ports of its node',
    ),

  'no pod holds a token of the Kubernetes API': (resources) =>
    eachPod(resources, (pod) => pod.automount_service_account_token === false, 'mounts a token'),

  'no address of a service is injected as a variable': (resources) =>
    eachPod(
      resources,
      (pod) => pod.enable_service_links === false,
      'gets SERVER_PORT and the like from Kubernetes',
    ),

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
