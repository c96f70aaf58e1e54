/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { Row } from './row.ts';

const SERVICE = 'program/service.tf';

/** Cloud Run and the schedule. */
export const CLOUD_RUN_MUTATIONS: readonly Row[] = [
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
];
