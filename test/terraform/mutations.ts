/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { RootName } from './roots.ts';

/**
 * A mistake that somebody might make, as an edit of one file under terraform/, and what must notice
 * it: 'schema' (terraform validate), 'validation' (of a variable), 'provider' (its own checks),
 * 'plan', 'second plan', 'check', 'environment' (the programs' own schemas), or a policy by its title.
 */
export type Mutation = Readonly<{
  title: string;
  root: RootName;
  file: string;
  find: string;
  replace: string;
  caughtBy: string;
}>;

const SERVICE = 'program/service.tf';
const POD = 'gke/workloads/program/deployment.tf';
const CLUSTER = 'gke/cluster/cluster.tf';
const TRIGGER = 'gke/workloads/trigger.tf';

type Row = readonly [title: string, file: string, find: string, replace: string, caughtBy: string];

const ROWS: readonly Row[] = [
  // What the providers' schema knows
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
  [
    'missing required block',
    'gke/workloads/network-policy.tf',
    '    pod_selector {}\n\n    # Cluster DNS',
    '',
    'schema',
  ],
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

  // Who may do what
  [
    'invoker allUsers, for one service',
    'client.tf',
    'google_service_account.loadgen.member',
    '"allUsers"',
    'validation',
  ],
  [
    'invoker allUsers, for all',
    SERVICE,
    '[var.invoker]',
    '["allUsers"]',
    'nothing is open to everybody',
  ],
  [
    'a second invoker',
    SERVICE,
    '[var.invoker]',
    '[var.invoker, "user:me@example.com"]',
    'each edge has exactly one invoker',
  ],
  [
    'the wrong invoker',
    'server.tf',
    'google_service_account.client.member',
    'google_service_account.loadgen.member',
    'each edge has exactly one invoker',
  ],
  ['a basic role', 'build.tf', 'roles/logging.logWriter', 'roles/editor', 'no basic roles'],
  [
    'a service account key',
    'build.tf',
    'resource "google_project_iam_member" "build_logs"',
    'resource "google_service_account_key" "build" {\n  service_account_id = google_service_account.build.name\n}\n\nresource "google_project_iam_member" "build_logs"',
    'no service account keys',
  ],
  [
    'an account shared by two programs',
    'server.tf',
    'google_service_account.server.email',
    'google_service_account.client.email',
    'one service account for each program',
  ],
  [
    'an authoritative project role',
    'build.tf',
    'resource "google_project_iam_member" "build_logs" {\n  project = var.project_id\n  role    = "roles/logging.logWriter"\n  member  = google_service_account.build.member',
    'resource "google_project_iam_binding" "build_logs" {\n  project = var.project_id\n  role    = "roles/logging.logWriter"\n  members = [google_service_account.build.member]',
    'no authoritative project roles',
  ],
  [
    'no permission to write traces',
    'gke/workloads/program/identity.tf',
    'var.act_as_google ? [] : var.roles',
    '[]',
    'every program may write traces, wherever it runs',
  ],

  // Cloud Run and the schedule
  [
    'public ingress on loadgen',
    'loadgen.tf',
    '  ingress          = "INGRESS_TRAFFIC_INTERNAL_ONLY"\n',
    '',
    'loadgen cannot be reached from the internet',
  ],
  [
    'h2c missing',
    SERVICE,
    'var.grpc ? "h2c" : "http1"',
    '"http1"',
    'gRPC reaches the container as h2c',
  ],
  [
    'a tag in place of a digest',
    'server.tf',
    'data.google_artifact_registry_docker_image.program["server"].self_link',
    '"us-central1-docker.pkg.dev/p/trace-codelab/server:${var.image_tag}"',
    'validation',
  ],
  [
    'no bound on instances',
    SERVICE,
    '      max_instance_count = var.max_instances\n',
    '',
    'every service is bounded',
  ],
  [
    'no gRPC probe',
    SERVICE,
    'for_each = var.grpc ? [var.port] : []',
    'for_each = []',
    'every service is probed as it is spoken to',
  ],
  [
    'CPU stops, spans wait',
    SERVICE,
    'cpu_idle          = var.cpu_only_on_call',
    'cpu_idle          = true',
    'the flush policy fits the billing',
  ],
  [
    'audience left to the default',
    'scheduler.tf',
    'audience = module.loadgen[0].uri',
    '',
    'the schedule asks for the service, once',
  ],
  [
    'runs are retried',
    'scheduler.tf',
    'retry_count = 0',
    'retry_count = 3',
    'the schedule asks for the service, once',
  ],
  ['deadline below the timeout', 'variables.tf', 'default     = 210', 'default     = 180', 'check'],
  [
    'protected from deletion',
    SERVICE,
    'deletion_protection = false',
    'deletion_protection = true',
    'a sample can be torn down',
  ],
  [
    'no labels',
    'build.tf',
    '  labels                      = local.labels\n',
    '',
    'every resource that can be labelled is',
  ],
  [
    'a plan that is never clean',
    'build.tf',
    '"Shakesapp: Cloud Build"',
    '"Shakesapp: ${timestamp()}"',
    'second plan',
  ],

  // What the programs are told
  [
    'environment: a misspelt name',
    'locals.tf',
    'WORKS_PREFIX = var',
    'WORK_PREFIX = var',
    'environment',
  ],
  [
    'environment: a value that is refused',
    'locals.tf',
    'OTEL_TRACES_EXPORTER        = var.traces_exporter',
    'OTEL_TRACES_EXPORTER        = "jaeger"',
    'environment',
  ],
  [
    'environment: no project',
    'locals.tf',
    'GOOGLE_CLOUD_PROJECT        = var.project_id',
    '',
    'environment',
  ],
  [
    'environment: an address without a port',
    'gke/workloads/locals.tf',
    '${local.hosts.server}:${local.serverless.ports.server}',
    '${local.hosts.server}',
    'environment',
  ],
  [
    'body: a field that loadgen does not know',
    'locals.tf',
    'intervalMs  = var.interval_ms',
    'interval_ms = var.interval_ms',
    'environment',
  ],

  // GKE
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
    POD,
    '${var.cpu * 500}m',
    '${var.cpu * 1000}m',
    'pods fit the node, and there is one',
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
    'gke/workloads/network-policy.tf',
    '169.254.169.254/32',
    '169.254.169.253/32',
    'the network is closed but for what is needed',
  ],
  [
    'everything may go out',
    'gke/workloads/network-policy.tf',
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
];

export const MUTATIONS: readonly Mutation[] = ROWS.map(
  ([title, file, find, replace, caughtBy]) => ({
    title,
    root: file.startsWith('gke/cluster')
      ? 'cluster'
      : file.startsWith('gke/')
        ? 'workloads'
        : 'serverless',
    file,
    find,
    replace,
    caughtBy,
  }),
);
