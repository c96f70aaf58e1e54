/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { RootName, Variables } from './roots.ts';

/**
 * A mistake that somebody might make, as an edit of one file under terraform/, and what must notice
 * it: 'schema' (terraform validate), 'validation' (of a variable), 'provider' (its own checks),
 * 'plan', 'second plan', 'drift' (of what a person may change), 'check', 'environment' (the programs'
 * own schemas), 'printed commands', or a policy by its title. Deployed with other than the default
 * variables where the mistake shows only then.
 */
export type Mutation = Readonly<{
  title: string;
  root: RootName;
  file: string;
  find: string;
  replace: string;
  caughtBy: string;
  variables: Variables;
}>;

const SERVICE = 'program/service.tf';
const POD = 'gke/workloads/program/deployment.tf';
const CLUSTER = 'gke/cluster/cluster.tf';
const TRIGGER = 'gke/workloads/trigger.tf';

const SIZING = 'gke/workloads/sizing.tf';
const NETWORK = 'gke/workloads/network-policy.tf';
const ELSEWHERE = {
  traces_exporter: 'gcp_trace,otlp',
  otlp_endpoint: 'https://collector.example.com:4318',
};

type Row = readonly [
  title: string,
  file: string,
  find: string,
  replace: string,
  caughtBy: string,
  variables?: Variables,
];

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
    '  labels        = local.labels\n',
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
    'every container says its project, image tag and size, in its environment and labels',
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

  // What is printed
  [
    'the next apply forgets the region',
    'outputs.tf',
    '    ["region", var.region, "us-central1"],\n',
    '',
    'printed commands',
    { region: 'europe-west1' },
  ],
  [
    'the next apply forgets how often',
    'outputs.tf',
    '    ["schedule", var.schedule, "* * * * *"],\n',
    '',
    'printed commands',
    { schedule: '*/5 * * * *' },
  ],
  [
    'a default that is written down wrongly',
    'outputs.tf',
    '["interval_ms", var.interval_ms, 2000]',
    '["interval_ms", var.interval_ms, 1000]',
    'printed commands',
  ],
  [
    'a value that a shell would read',
    'outputs.tf',
    '^[A-Za-z0-9_=.,:/-]+$',
    '.*',
    'printed commands',
    { schedule: '*/5 * * * *' },
  ],
  [
    'the preflight looks in another region',
    'outputs.tf',
    '--preflight --project ${var.project_id} --region ${var.region}',
    '--preflight --project ${var.project_id}',
    'printed commands',
    { region: 'europe-west1' },
  ],
  [
    'the cluster finds no state',
    'outputs.tf',
    'apply${local.state_args}',
    'apply',
    'printed commands',
    { state_bucket: 'my-state' },
  ],
  [
    'the workloads find no state',
    'gke/cluster/outputs.tf',
    'apply${local.state_args}',
    'apply',
    'test',
  ],
  [
    'a cluster in the codelab’s zone only',
    'gke/cluster/variables.tf',
    'local.serverless.region == "us-central1" ? "us-central1-f" : "${local.serverless.region}-b"',
    '"us-central1-f"',
    'the cluster stands beside the images',
    { region: 'europe-west1' },
  ],

  // The schedule and what it starts
  [
    'runs before loadgen may be called',
    'scheduler.tf',
    'depends_on = [module.loadgen, module.client, module.server]',
    'depends_on = [module.client, module.server]',
    'the schedule starts once every edge is open',
  ],
  [
    'an apply resumes what was paused',
    'scheduler.tf',
    '  lifecycle {\n    # `npm run load -- pause` and `resume` decide; an apply must not start load that somebody stopped.\n    ignore_changes = [paused]\n  }\n',
    '  paused = false\n',
    'drift',
  ],

  // What stays
  [
    'a bucket that stays while it holds archives',
    'build.tf',
    'force_destroy = true',
    'force_destroy = false',
    'a sample can be torn down',
  ],
  [
    'archives that are billed after the end',
    'build.tf',
    'retention_duration_seconds = 0',
    'retention_duration_seconds = 604800',
    'a sample can be torn down',
  ],
  [
    'images that pile up',
    'artifact-registry.tf',
    'action = "DELETE"',
    'action = "KEEP"',
    'what builds leave does not grow for ever',
  ],
  [
    'even the newest images expire',
    'artifact-registry.tf',
    'action = "KEEP"',
    'action = "DELETE"',
    'what builds leave does not grow for ever',
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

export const MUTATIONS: readonly Mutation[] = ROWS.map(
  ([title, file, find, replace, caughtBy, variables = {}]) => ({
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
    variables,
  }),
);
