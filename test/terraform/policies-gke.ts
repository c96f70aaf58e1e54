import type { Resource, Values } from './plan.ts';
import type { Policy } from './policies.ts';

/** e2-highcpu-4: what is left for pods, less about 1 vCPU and 1 GiB for GKE's own. */
const NODE_MILLICPU = 3920 - 1000;
const NODE_MIB = 2860 - 1024;

/** Every pod template, with the number of pods made from it. */
function podsOf(resources: readonly Resource[]): { address: string; pod: Values; count: number }[] {
  return resources.flatMap(({ address, type, values }) => {
    const [spec] = values.spec ?? [];
    if (type === 'kubernetes_deployment_v1') {
      return [{ address, pod: spec.template[0].spec[0], count: Number(spec.replicas) }];
    }
    if (type !== 'kubernetes_cron_job_v1') return [];
    return [{ address, pod: spec.job_template[0].spec[0].template[0].spec[0], count: 1 }];
  });
}

function eachPod(
  resources: readonly Resource[],
  check: (pod: Values, container: Values) => boolean,
  finding: string,
): string[] {
  return podsOf(resources)
    .filter(({ pod }) => !pod.container.every((container: Values) => check(pod, container)))
    .map(({ address }) => `${address} ${finding}`);
}

const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter((resource) => resource.type === type);

const millicpu = (text: string) =>
  text.endsWith('m') ? Number.parseInt(text, 10) : Number(text) * 1000;
const mib = (text: string) => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 : 1);

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

  'pods fit the node, and there is one': (resources) => {
    const nodes = ofType(resources, 'google_container_cluster').map(({ values }) => values);
    const total = podsOf(resources).reduce(
      (sum, { pod, count }) => {
        const requests = pod.container[0].resources[0].requests;
        return {
          cpu: sum.cpu + count * millicpu(requests.cpu),
          memory: sum.memory + count * mib(requests.memory),
        };
      },
      { cpu: 0, memory: 0 },
    );
    const findings = nodes
      .filter(
        ({ initial_node_count, cluster_autoscaling }) =>
          initial_node_count !== 1 || cluster_autoscaling?.[0]?.enabled,
      )
      .map(({ initial_node_count }) => `the cluster has ${initial_node_count} nodes`);
    if (total.cpu > NODE_MILLICPU) findings.push(`pods reserve ${total.cpu} millicpu`);
    if (total.memory > NODE_MIB) findings.push(`pods reserve ${total.memory} MiB`);
    return findings;
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

  'the network is closed but for what is needed': (resources) => {
    const policies = ofType(resources, 'kubernetes_network_policy_v1').map(({ values }) => values);
    const denies = policies.some(({ spec: [spec] }) => {
      const all = Object.values(spec.pod_selector[0]).every(
        (part) => !part || Object.keys(part).length === 0,
      );
      return (
        all &&
        spec.policy_types.length === 2 &&
        spec.ingress.length === 0 &&
        spec.egress.length === 0
      );
    });
    const open = policies
      .flatMap(({ spec: [spec] }) => spec.egress as Values[])
      .flatMap(({ to, ports }) =>
        to.map(
          (peer: Values) =>
            `${peer.ip_block?.[0]?.cidr ?? 'pods'}:${ports.map((p: Values) => p.port)}`,
        ),
      );
    const needed = ['169.254.169.254/32:80', '169.254.169.252/32:988', '0.0.0.0/0:443'];
    return [
      ...(denies ? [] : ['no policy denies the rest']),
      ...needed.filter((target) => !open.includes(target)).map((target) => `${target} is closed`),
      ...open
        .filter((target) => target.startsWith('0.0.0.0/0') && target !== '0.0.0.0/0:443')
        .map((target) => `${target} is open`),
    ];
  },
};
