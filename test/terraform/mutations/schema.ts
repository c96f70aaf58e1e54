import type { Row } from './row.ts';

const SERVICE = 'program/service.tf';
const POD = 'gke/workloads/program/deployment.tf';
const TRIGGER = 'gke/workloads/trigger.tf';
const NETWORK = 'gke/workloads/network-policy.tf';

/** What the providers' schema knows. */
export const SCHEMA_MUTATIONS: readonly Row[] = [
  [
    'unknown argument',
    SERVICE,
    'startup_cpu_boost = true',
    'startup_cpu_boost = true\n        gpu = 1',
    'schema',
  ],
  ['unknown block', SERVICE, 'startup_probe {', 'start_probe {', 'schema'],
  ['wrong type', SERVICE, '= var.max_instances', '= "many"', 'schema'],
  ['missing required argument', SERVICE, 'location = var.region\n', '', 'schema'],
  ['missing required block', NETWORK, '    pod_selector {}\n\n    # Names', '', 'schema'],
  [
    'wrong reference',
    'server.tf',
    'google_service_account.server.email',
    'google_service_account.server.mail',
    'schema',
  ],
  [
    'reference to nothing',
    'scheduler.tf',
    'module.loadgen[0].uri}/',
    'module.loader[0].uri}/',
    'schema',
  ],
  [
    'word out of a closed list',
    'loadgen.tf',
    'INGRESS_TRAFFIC_INTERNAL_ONLY',
    'INGRESS_TRAFFIC_PRIVATE',
    'provider',
  ],
  [
    'unknown argument on GKE',
    POD,
    'read_only_root_filesystem  = true',
    'read_only_root_fs = true',
    'schema',
  ],
  [
    'missing required argument on GKE',
    TRIGGER,
    'schedule           = local.serverless.schedule',
    '',
    'schema',
  ],
  [
    'output that the overlay reads, renamed',
    'outputs.tf',
    'load_body                = local.load_body',
    'body = local.load_body',
    'plan',
  ],
];
