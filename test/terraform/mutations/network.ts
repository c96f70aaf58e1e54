import type { Row } from './row.ts';

const CLUSTER = 'gke/cluster/cluster.tf';
const NETWORK = 'gke/workloads/network-policy.tf';
const EDGES = 'pods connect along the edges, to the ports that are listened on, and nowhere else';
const ELSEWHERE = {
  traces_exporter: 'gcp_trace,otlp',
  otlp_endpoint: 'https://collector.example.com:4318',
};

/** Who reaches whom on GKE. */
export const NETWORK_MUTATIONS: readonly Row[] = [
  [
    'gRPC through one cluster address',
    'gke/workloads/program/service.tf',
    'var.headless ? "None" : null',
    'null',
    'gRPC is balanced over pods',
  ],
  [
    'the wrong caller',
    'gke/workloads/locals.tf',
    'callers     = ["trigger"]',
    'callers     = ["client"]',
    EDGES,
  ],
  [
    'a Service to a port where no program listens',
    'gke/workloads/program/service.tf',
    'target_port = tostring(var.port)',
    'target_port = "80"',
    EDGES,
  ],
  [
    'nodes without a way to Google',
    'gke/cluster/network.tf',
    'private_ip_google_access = true',
    'private_ip_google_access = false',
    'nodes without public addresses reach Google',
  ],
  [
    'network policies not enforced',
    CLUSTER,
    '  datapath_provider = "ADVANCED_DATAPATH"\n',
    '',
    'the cluster enforces network policies and pod identities',
  ],
  [
    'metadata server out of reach',
    NETWORK,
    'port     = "80"',
    'port     = "81"',
    'the network is closed except for what is needed',
  ],
  [
    'everything may go out',
    NETWORK,
    'port     = "443"',
    'port     = "80"',
    'the network is closed except for what is needed',
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
    'the network is closed except for what is needed',
  ],
  [
    'spans go where no pod can reach',
    'gke/workloads/programs.tf',
    'merge(local.serverless.environment[each.key], ',
    'merge(local.serverless.environment[each.key], { OTEL_TRACES_EXPORTER = "otlp", OTEL_EXPORTER_OTLP_ENDPOINT = "https://collector.example.com:4318" }, ',
    'spans can leave the pods',
  ],
  [
    'no check that the collector can be reached',
    NETWORK,
    'local.serverless.otlp_elsewhere == null',
    'local.serverless.otlp_elsewhere != ""',
    'spans can leave the pods',
    ELSEWHERE,
  ],
];
