import type { Resource, Values } from './plan.ts';
import { ofType, podsOf } from './planned-pods.ts';
import type { Policy } from './policies.ts';

const NAME = 'app.kubernetes.io/name';

/** caller → called, and the variable that tells the caller where. */
const CALLS = [
  ['trigger', 'loadgen', 'LOADGEN_URL'],
  ['loadgen', 'client', 'CLIENT_ADDR'],
  ['client', 'server', 'SERVER_ADDR'],
] as const;

function isSelected(selector: Values, labels: Readonly<Record<string, string>>): boolean {
  const equal: [string, string][] = Object.entries(selector.match_labels ?? {});
  const among: Values[] = selector.match_expressions ?? [];
  return (
    equal.every(([key, value]) => labels[key] === value) &&
    among.every(({ key, operator, values }) => operator === 'In' && values.includes(labels[key]))
  );
}

const specsOf = (resources: readonly Resource[], type: string): Values[] =>
  ofType(resources, type).map(({ values }) => ({ ...values.metadata[0], ...values.spec[0] }));

/** 'caller → called:port' of each address that a caller gets, through the Service there. */
function callsOf(resources: readonly Resource[]): string[] {
  const pods = podsOf(resources);
  const services = specsOf(resources, 'kubernetes_service_v1');
  return CALLS.flatMap(([caller, , variable]) => {
    const env: Values[] =
      pods.find(({ labels }) => labels[NAME] === caller)?.pod.container[0].env ?? [];
    const told: string = env.find(({ name }) => name === variable)?.value ?? '';
    const { hostname, port } = new URL(told.includes('://') ? told : `http://${told}`);
    return services
      .filter(({ name, namespace }) => hostname === `${name}.${namespace}.svc.cluster.local`)
      .flatMap((service) => {
        const called = pods.filter(({ labels }) =>
          isSelected({ match_labels: service.selector }, labels),
        );
        return called.flatMap(({ labels }) =>
          service.port
            .filter((one: Values) => String(one.port) === port)
            .map((one: Values) => `${caller} → ${labels[NAME]}:${one.target_port}`),
        );
      });
  });
}

/** 'caller → called:port' of what the network policies let in, or out. */
function openedBy(resources: readonly Resource[], way: 'ingress' | 'egress'): string[] {
  const named = (selector: Values) =>
    podsOf(resources)
      .filter(({ labels }) => isSelected(selector, labels))
      .map(({ labels }) => labels[NAME]);
  return specsOf(resources, 'kubernetes_network_policy_v1').flatMap((spec) =>
    spec[way].flatMap((rule: Values) => {
      const peers: Values[] = rule[way === 'ingress' ? 'from' : 'to'];
      const others = peers
        .filter((peer) => peer.namespace_selector.length === 0)
        .flatMap((peer) => peer.pod_selector.flatMap(named));
      return named(spec.pod_selector[0]).flatMap((own) =>
        others.flatMap((other) =>
          rule.ports.map(({ port }: Values) =>
            way === 'ingress' ? `${other} → ${own}:${port}` : `${own} → ${other}:${port}`,
          ),
        ),
      );
    }),
  );
}

export const CONNECTIVITY_POLICIES: Readonly<Record<string, Policy>> = {
  'pods connect along the edges, to the ports that are listened on, and nowhere else': (
    resources,
  ) => {
    const wanted = CALLS.map(([caller, called]) => {
      const pods = podsOf(resources).find(({ labels }) => labels[NAME] === called);
      return `${caller} → ${called}:${pods?.pod.container[0].port[0].container_port}`;
    });
    const found = {
      'the addresses of the callers': callsOf(resources),
      'what is let in': openedBy(resources, 'ingress'),
      'what is let out': openedBy(resources, 'egress'),
    };
    return Object.entries(found)
      .filter(([, edges]) => edges.toSorted().join() !== wanted.toSorted().join())
      .map(([what, edges]) => `${what} is ${edges.join(', ')}; the edges are ${wanted.join(', ')}`);
  },

  'nodes without public addresses reach Google': (resources) => [
    ...ofType(resources, 'google_compute_subnetwork')
      .filter(({ values }) => values.private_ip_google_access !== true)
      .map(({ address }) => `${address} has no way to Google's APIs`),
    ...ofType(resources, 'google_container_cluster')
      .filter(({ values }) => values.private_cluster_config[0]?.enable_private_nodes !== true)
      .map(({ address }) => `${address} has nodes with public addresses`),
  ],
};
