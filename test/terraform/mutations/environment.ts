/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { Row } from './row.ts';

/** What the programs are told. */
export const ENVIRONMENT_MUTATIONS: readonly Row[] = [
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
];
