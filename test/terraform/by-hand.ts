import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Values } from './plan.ts';
import { ROOTS, type RootName, type Workspace } from './roots.ts';

type ByHand = Readonly<{
  root: RootName;
  type: string;
  /** What terraform finds when it reads the resource afterwards. */
  change(attributes: Values): Values;
}>;

const withSpec = (attributes: Values, change: Values): Values => ({
  ...attributes,
  spec: [{ ...attributes.spec[0], ...change }],
});

/** What docs/deploy.md tells a person to do beside terraform, by the file whose resource it changes. */
export const BY_HAND: Readonly<Record<string, ByHand>> = {
  'scheduler.tf': {
    root: 'serverless',
    type: 'google_cloud_scheduler_job',
    change: (attributes) => ({ ...attributes, paused: true, state: 'PAUSED' }),
  },
  'gke/workloads/trigger.tf': {
    root: 'workloads',
    type: 'kubernetes_cron_job_v1',
    change: (attributes) => withSpec(attributes, { suspend: true }),
  },
  'gke/workloads/program/deployment.tf': {
    root: 'workloads',
    type: 'kubernetes_deployment_v1',
    change(attributes) {
      const [template] = attributes.spec[0].template;
      const [metadata] = template.metadata;
      const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-11-22T12:00:00Z' };
      return withSpec(attributes, {
        template: [{ ...template, metadata: [{ ...metadata, annotations }] }],
      });
    },
  },
};

export async function changeByHand(workspace: Workspace, { root, type, change }: ByHand) {
  const file = join(workspace.folder, ROOTS[root], 'terraform.tfstate');
  const state = JSON.parse(await readFile(file, 'utf8'));
  for (const resource of state.resources.filter((one: { type: string }) => one.type === type)) {
    for (const instance of resource.instances) instance.attributes = change(instance.attributes);
  }
  await writeFile(file, JSON.stringify(state));
}
