import type { Values } from './plan.ts';
import { ofType, podsOf } from './planned-pods.ts';
import type { Policy } from './policies.ts';

const isEverybody = (selector: Values) =>
  Object.values(selector).every((part) => !part || Object.keys(part).length === 0);

/** What an egress rule opens, such as '169.254.169.254/32 TCP 80' or 'kube-system/kube-dns UDP 53'. */
function opened({ to, ports }: Values): string[] {
  const peers: string[] = to.flatMap((peer: Values) =>
    peer.ip_block?.length > 0 ? [peer.ip_block[0].cidr] : podPeers(peer),
  );
  return peers.flatMap((peer) =>
    ports.map(({ protocol, port }: Values) => `${peer} ${protocol} ${port}`),
  );
}

function podPeers({ namespace_selector: [namespaces], pod_selector: [pods] }: Values): string[] {
  const namespace = namespaces?.match_labels?.['kubernetes.io/metadata.name'] ?? 'shakesapp';
  const [expression] = pods?.match_expressions ?? [];
  const names: string[] = expression?.values ?? Object.values(pods?.match_labels ?? {});
  return names.map((name) => `${namespace}/${name}`);
}

/** The address that pods ask for names is GKE's choice; what each has, see network-policy.tf. */
const RESOLVERS = [
  'kube-system/kube-dns',
  'kube-system/node-local-dns',
  '169.254.20.10/32',
  '169.254.169.254/32',
];
const NEEDED = [
  '169.254.169.254/32 TCP 80',
  '169.254.169.254/32 TCP 8080',
  '169.254.169.252/32 TCP 987',
  '169.254.169.252/32 TCP 988',
  '0.0.0.0/0 TCP 443',
];
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];

export const NETWORK_POLICIES: Readonly<Record<string, Policy>> = {
  'every pod can resolve names, whichever resolver GKE gives it': (resources) => {
    const open = ofType(resources, 'kubernetes_network_policy_v1')
      .map(({ values }) => values.spec[0])
      .filter(({ pod_selector: [selector] }) => isEverybody(selector))
      .flatMap(({ egress }) => egress.flatMap(opened));
    return RESOLVERS.flatMap((resolver) => [`${resolver} UDP 53`, `${resolver} TCP 53`])
      .filter((target) => !open.includes(target))
      .map((target) => `${target} is closed`);
  },

  'the network is closed except for what is needed': (resources) => {
    const specs = ofType(resources, 'kubernetes_network_policy_v1').map(
      ({ values }) => values.spec[0],
    );
    const denies = specs.some(
      ({ pod_selector: [selector], policy_types, ingress, egress }) =>
        isEverybody(selector) &&
        policy_types.length === 2 &&
        ingress.length === 0 &&
        egress.length === 0,
    );
    const rules: Values[] = specs.flatMap(({ egress }) => egress);
    const open = rules.flatMap(opened);
    const wide = rules
      .flatMap(({ to }) => to.flatMap((peer: Values) => peer.ip_block ?? []))
      .filter(
        ({ cidr, except }) => cidr === '0.0.0.0/0' && PRIVATE.some((p) => !except?.includes(p)),
      );
    return [
      ...(denies ? [] : ['no policy denies the rest']),
      ...NEEDED.filter((target) => !open.includes(target)).map((target) => `${target} is closed`),
      ...open
        .filter((target) => target.startsWith('0.0.0.0/0') && target !== '0.0.0.0/0 TCP 443')
        .map((target) => `${target} is open`),
      ...wide.map(() => 'private networks are open'),
    ];
  },

  'a network has only the subnetworks that are declared': (resources) =>
    ofType(resources, 'google_compute_network')
      .filter(({ values }) => values.auto_create_subnetworks !== false)
      .map(({ address }) => `${address} makes a subnetwork in every region`),

  'spans can leave the pods': (resources) =>
    podsOf(resources).flatMap(({ address, pod }) => {
      const env = Object.fromEntries(
        pod.container[0].env.map(({ name, value }: Values) => [name, value]),
      );
      const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
      const isSent = env.OTEL_TRACES_EXPORTER?.split(',').includes('otlp') && endpoint;
      // The nodes have no public address and no NAT: Google's APIs alone can be reached.
      return isSent && !/^https:\/\/([a-z0-9-]+\.)+googleapis\.com(:443)?(\/|$)/.test(endpoint)
        ? [`${address} cannot reach ${endpoint}`]
        : [];
    }),
};
