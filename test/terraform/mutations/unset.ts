import type { Row } from './row.ts';

const SERVICE = 'program/service.tf';
const CLUSTER = 'gke/cluster/cluster.tf';
const NETWORK = 'gke/cluster/network.tf';
const POD = 'gke/workloads/program/deployment.tf';
const TRIGGER = 'gke/workloads/trigger.tf';

const NO_ROOT = 'containers do not run as root';
const NO_CAPABILITIES = 'containers have no capabilities';
const TEARDOWN = 'a sample can be torn down';
const APIS_STAY = 'a teardown leaves the APIs of the project on';

/** Spelled as the files align them, which tells the pod's line from the container's. */
const POD_LINES: readonly (readonly [line: string, where: string, caughtBy: string])[] = [
  ['run_as_non_root = true', 'the pod', NO_ROOT],
  ['run_as_non_root            = true', 'the container', NO_ROOT],
  ['run_as_user ', 'the pod', NO_ROOT],
  ['type = "RuntimeDefault"', 'the pod', 'system calls are filtered'],
  ['allow_privilege_escalation', 'the container', NO_CAPABILITIES],
  ['drop = ["ALL"]', 'the container', NO_CAPABILITIES],
  ['read_only_root_filesystem', 'the container', 'containers cannot write their file system'],
  ['automount_service_account_token', 'the pod', 'no pod holds a token of the Kubernetes API'],
  ['enable_service_links', 'the pod', 'no address of a service is injected as a variable'],
];

const LINES: readonly (readonly [line: string, file: string, caughtBy: string])[] = [
  ['deletion_protection', SERVICE, TEARDOWN],
  ['deletion_protection', CLUSTER, TEARDOWN],
  ['force_destroy', 'build.tf', TEARDOWN],
  ['disable_on_destroy', 'apis.tf', APIS_STAY],
  ['disable_on_destroy', 'gke/cluster/apis.tf', APIS_STAY],
  ['startup_cpu_boost', SERVICE, 'a start gets a CPU boost'],
  ['auto_create_subnetworks', NETWORK, 'a network has only the subnetworks that are declared'],
  ['private_ip_google_access', NETWORK, 'nodes without public addresses reach Google'],
  ['max_surge', POD, 'a rollout needs no room for one more pod'],
  ['concurrency_policy', TRIGGER, 'runs do not pile up'],
  ['backoff_limit', TRIGGER, 'runs do not pile up'],
];

/** A line that is missing: what the provider then sends must be noticed, not what the line said. */
export const UNSET_MUTATIONS: readonly Row[] = [
  ...[POD, TRIGGER].flatMap((file) =>
    POD_LINES.map(
      ([line, where, caughtBy]): Row => [
        `without ${line.trim()} of ${where} in ${file}`,
        file,
        line,
        `# ${line}`,
        caughtBy,
      ],
    ),
  ),
  ...LINES.map(
    ([line, file, caughtBy]): Row => [
      `without ${line} in ${file}`,
      file,
      line,
      `# ${line}`,
      caughtBy,
    ],
  ),
  [
    'without cpu_idle, where it is to be true',
    SERVICE,
    'cpu_idle',
    '# cpu_idle',
    'the flush policy fits the billing',
    { request_based_billing: 'true' },
  ],
];
