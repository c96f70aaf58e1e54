import type { Resource, Values } from './plan.ts';
import { ofType, podsOf } from './planned-pods.ts';
import type { Policy } from './policies.ts';

/** e2-highcpu-4: allocatable 3920 m and about 2765 MiB, less about 1 vCPU and 1 GiB for GKE's own. */
const NODE_MILLICPU = 3920 - 1000;
const NODE_MIB = 2765 - 1024;

export const millicpuOf = (text: string) =>
  text.endsWith('m') ? Number.parseInt(text, 10) : Number(text) * 1000;
export const mibOf = (text: string) => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 : 1);

const ofContainer = (pod: Values) => pod.container[0].resources[0];

function reservedBy(resources: readonly Resource[]) {
  const pods = podsOf(resources).map(({ pod, count }) => ({ ...ofContainer(pod).requests, count }));
  return {
    pods: pods.reduce((sum, { count }) => sum + count, 0),
    millicpu: pods.reduce((sum, { cpu, count }) => sum + count * millicpuOf(cpu), 0),
    mib: pods.reduce((sum, { memory, count }) => sum + count * mibOf(memory), 0),
  };
}

export const SIZING_POLICIES: Readonly<Record<string, Policy>> = {
  'pods fit the node, and there is one': (resources) => {
    const { millicpu, mib } = reservedBy(resources);
    const findings = ofType(resources, 'google_container_cluster')
      .map(({ values }) => values)
      .filter(
        ({ initial_node_count, cluster_autoscaling }) =>
          initial_node_count !== 1 || cluster_autoscaling?.[0]?.enabled,
      )
      .map(({ initial_node_count }) => `the cluster has ${initial_node_count} nodes`);
    if (millicpu > NODE_MILLICPU) findings.push(`pods reserve ${millicpu} millicpu`);
    if (mib > NODE_MIB) findings.push(`pods reserve ${mib} MiB`);
    return findings;
  },

  'pods reserve a part of what they may use': (resources) =>
    podsOf(resources).flatMap(({ address, pod }) => {
      const { requests, limits } = ofContainer(pod);
      const isPart =
        millicpuOf(requests?.cpu) < millicpuOf(limits?.cpu) &&
        mibOf(requests?.memory) < mibOf(limits?.memory);
      return isPart
        ? []
        : [`${address} reserves ${JSON.stringify(requests)} of ${JSON.stringify(limits)}`];
    }),

  'a rollout needs no room for one more pod': (resources) =>
    ofType(resources, 'kubernetes_deployment_v1').flatMap(({ address, values }) => {
      const rolling = values.spec[0].strategy[0]?.rolling_update[0];
      return rolling?.max_surge === '0' && rolling.max_unavailable === '1'
        ? []
        : [`${address} rolls out with a surge of ${rolling?.max_surge ?? 'the default'}`];
    }),

  'the quota is a bound, with room for pods that end': (resources) =>
    ofType(resources, 'kubernetes_resource_quota_v1').flatMap(({ address, values }) => {
      const { hard } = values.spec[0];
      const { pods, millicpu, mib } = reservedBy(resources);
      const used = [
        ['pods', Number(hard.pods), pods],
        ['millicpu', millicpuOf(hard['requests.cpu'] ?? ''), millicpu],
        ['MiB', mibOf(hard['requests.memory'] ?? ''), mib],
      ] as const;
      return used
        .filter(([, most, now]) => !(most >= 2 * now && most <= 3 * now))
        .map(([unit, most, now]) => `${address} allows ${most} ${unit} where ${now} are in use`);
    }),
};
