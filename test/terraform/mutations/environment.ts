/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { Row } from './row.ts';

/** The environment of the programs. */
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
    'WORKS_CACHE  = var.works_cache',
    'WORKS_CACHE  = "sometimes"',
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
    'pods connect along the edges, to the ports that are listened on, and nowhere else',
  ],
  [
    'environment: an address in a form that is refused',
    'gke/workloads/locals.tf',
    '"${local.hosts.server}:${local.serverless.ports.server}"',
    '"http://${local.hosts.server}:${local.serverless.ports.server}"',
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
