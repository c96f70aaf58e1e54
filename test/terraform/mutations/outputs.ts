/** biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text is terraform's */
import type { Row } from './row.ts';

/** What is printed. */
export const OUTPUTS_MUTATIONS: readonly Row[] = [
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
];
