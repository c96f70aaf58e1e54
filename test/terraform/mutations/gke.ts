/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { Row } from './row.ts';

const POD = 'gke/workloads/program/deployment.tf';
const CLUSTER = 'gke/cluster/cluster.tf';
const TRIGGER = 'gke/workloads/trigger.tf';
const SIZING = 'gke/workloads/sizing.tf';
const CLOCK = 'both schedules run, by one clock';

/** Pods, their node and their schedule. */
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
    'an apply resumes the CronJob that was suspended',
    TRIGGER,
    'ignore_changes = [spec[0].suspend]',
    'ignore_changes = []',
    'drift',
  ],
  [
    'an apply restarts pods that were restarted by hand',
    POD,
    'ignore_changes = [spec[0].template[0].metadata[0].annotations["kubectl.kubernetes.io/restartedAt"]]',
    'ignore_changes = []',
    'drift',
  ],
  [
    'a CronJob that never runs',
    TRIGGER,
    'suspend            = false',
    'suspend            = true',
    CLOCK,
  ],
  [
    'a CronJob by the clock of its node',
    TRIGGER,
    '    timezone           = "Etc/UTC"\n',
    '',
    CLOCK,
  ],
  [
    'pods that start before they can resolve names',
    'gke/workloads/programs.tf',
    '    kubernetes_network_policy_v1.platform,\n',
    '',
    'everything waits for what it needs',
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
    'nodes as the default account',
    CLUSTER,
    '    service_account = google_service_account.nodes.email\n',
    '',
    'the cluster enforces network policies and pod identities',
  ],
  [
    'another image on GKE',
    'gke/workloads/programs.tf',
    'local.serverless.images[each.key]',
    '"${split("@", local.serverless.images[each.key])[0]}@sha256:${sha256("other")}"',
    'both platforms run the same images',
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
    'no check that the pods fit',
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
    'a trigger without a project',
    TRIGGER,
    'name  = "GOOGLE_CLOUD_PROJECT"',
    'name  = "PROJECT"',
    'every container says its project, image tag and size, in its environment and labels',
  ],
  [
    'a trigger without a version',
    TRIGGER,
    '    "service.version"         = local.serverless.image_tag\n',
    '',
    'every container says its project, image tag and size, in its environment and labels',
  ],
  [
    'a trigger without a size',
    TRIGGER,
    '    cpu     = local.trigger_size.cpu\n',
    '',
    'every container says its project, image tag and size, in its environment and labels',
  ],
];
