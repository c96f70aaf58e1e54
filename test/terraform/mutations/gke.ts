/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { Row } from './row.ts';

const POD = 'gke/workloads/program/deployment.tf';
const CLUSTER = 'gke/cluster/cluster.tf';
const TRIGGER = 'gke/workloads/trigger.tf';
const SIZING = 'gke/workloads/sizing.tf';
const NETWORK = 'gke/workloads/network-policy.tf';
const ELSEWHERE = {
  traces_exporter: 'gcp_trace,otlp',
  otlp_endpoint: 'https://collector.example.com:4318',
};

/** GKE. */
export const GKE_MUTATIONS: readonly Row[] = [
  [
    'may run as root',
    POD,
    'run_as_non_root = true',
    'run_as_non_root = false',
    'containers do not run as root',
  ],
  [
    'writable file system',
    TRIGGER,
    'read_only_root_filesystem  = true',
    'read_only_root_filesystem  = false',
    'containers cannot write their file system',
  ],
  [
    'capabilities kept',
    POD,
    'drop = ["ALL"]',
    'drop = ["NET_RAW"]',
    'containers have no capabilities',
  ],
  [
    'no seccomp profile',
    POD,
    'type = "RuntimeDefault"',
    'type = "Unconfined"',
    'system calls are filtered',
  ],
  [
    'a token of the Kubernetes API',
    POD,
    'automount_service_account_token = false',
    'automount_service_account_token = true',
    'no pod holds a token of the Kubernetes API',
  ],
  [
    'gRPC through one cluster address',
    'gke/workloads/program/service.tf',
    'var.headless ? "None" : null',
    'null',
    'gRPC is balanced over pods',
  ],
  ['runs pile up', TRIGGER, '"Forbid"', '"Allow"', 'runs do not pile up'],
  [
    'pods that do not fit',
    SIZING,
    'local.serverless.cpu * 500',
    'local.serverless.cpu * 1000',
    'plan',
  ],
  [
    'three nodes',
    CLUSTER,
    'initial_node_count  = 1',
    'initial_node_count  = 3',
    'pods fit the node, and there is one',
  ],
  [
    'network policies not enforced',
    CLUSTER,
    '  datapath_provider = "ADVANCED_DATAPATH"\n',
    '',
    'the cluster enforces network policies and pod identities',
  ],
  [
    'nodes as the default account',
    CLUSTER,
    '    service_account = google_service_account.nodes.email\n',
    '',
    'the cluster enforces network policies and pod identities',
  ],
  [
    'metadata server out of reach',
    NETWORK,
    'port     = "80"',
    'port     = "81"',
    'the network is closed but for what is needed',
  ],
  [
    'everything may go out',
    NETWORK,
    'port     = "443"',
    'port     = "80"',
    'the network is closed but for what is needed',
  ],
  [
    'another image on GKE',
    'gke/workloads/programs.tf',
    'local.serverless.images[each.key]',
    '"${split("@", local.serverless.images[each.key])[0]}@sha256:${sha256("other")}"',
    'both platforms run the same images',
  ],
  [
    'no name from the cache on the node',
    NETWORK,
    '"kube-dns", "node-local-dns"',
    '"kube-dns"',
    'every pod can resolve names, whichever resolver GKE gives it',
  ],
  [
    'no name from an address of the node',
    NETWORK,
    '      to {\n        ip_block {\n          cidr = "169.254.20.10/32"\n        }\n      }\n',
    '',
    'every pod can resolve names, whichever resolver GKE gives it',
  ],
  [
    'no name from Cloud DNS',
    NETWORK,
    'cidr = "169.254.169.254/32"\n        }\n      }\n      ports {\n        protocol = "UDP"',
    'cidr = "169.254.169.253/32"\n        }\n      }\n      ports {\n        protocol = "UDP"',
    'every pod can resolve names, whichever resolver GKE gives it',
  ],
  [
    'no long answers to a name',
    NETWORK,
    'protocol = "TCP"\n        port     = "53"',
    'protocol = "TCP"\n        port     = "54"',
    'every pod can resolve names, whichever resolver GKE gives it',
  ],
  [
    'private networks are open',
    NETWORK,
    'except = ["10.0.0.0/8", ',
    'except = [',
    'the network is closed but for what is needed',
  ],
  [
    'spans go where no pod can reach',
    'gke/workloads/programs.tf',
    'merge(local.serverless.environment[each.key], ',
    'merge(local.serverless.environment[each.key], { OTEL_TRACES_EXPORTER = "otlp", OTEL_EXPORTER_OTLP_ENDPOINT = "https://collector.example.com:4318" }, ',
    'spans can leave the pods',
  ],
  [
    'nobody asks whether the collector can be reached',
    NETWORK,
    'local.serverless.otlp_elsewhere == null',
    'local.serverless.otlp_elsewhere != ""',
    'spans can leave the pods',
    ELSEWHERE,
  ],
  [
    'a rollout with one pod too many',
    POD,
    'max_surge       = "0"',
    'max_surge       = "1"',
    'a rollout needs no room for one more pod',
  ],
  [
    'all memory reserved',
    SIZING,
    '"512Mi" = 256',
    '"512Mi" = 512',
    'pods reserve a part of what they may use',
  ],
  [
    'nobody asks whether the pods fit',
    'gke/workloads/namespace.tf',
    'condition     = local.fits',
    'condition     = local.fits || local.pods > 0',
    'pods fit the node, and there is one',
    { cpu: '2' },
  ],
  [
    'a quota without room for a rollout',
    SIZING,
    '"${2 * local.reserved.millicpu}m"',
    '"${local.reserved.millicpu}m"',
    'the quota is a bound, with room for pods that end',
  ],
  [
    'a trigger of nobody’s project',
    TRIGGER,
    'name  = "GOOGLE_CLOUD_PROJECT"',
    'name  = "PROJECT"',
    'every container says its project, image tag and size, in its environment and labels',
  ],
  [
    'a trigger of no version',
    TRIGGER,
    '    "service.version"         = local.serverless.image_tag\n',
    '',
    'every container says its project, image tag and size, in its environment and labels',
  ],
  [
    'a trigger of no size',
    TRIGGER,
    '    cpu     = local.trigger_size.cpu\n',
    '',
    'every container says its project, image tag and size, in its environment and labels',
  ],
];
