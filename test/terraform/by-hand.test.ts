import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BY_HAND, changeByHand } from './by-hand.ts';
import type { Resource } from './plan.ts';
import {
  deployAll,
  deployRoot,
  openWorkspace,
  planAgain,
  toDeployment,
  type Workspace,
} from './roots.ts';
import { reasonToSkip } from './terraform.ts';

const skip = await reasonToSkip();

describe('what was done by hand', { skip }, () => {
  let workspace: Workspace;
  let resources: readonly Resource[];
  before(async () => {
    workspace = await openWorkspace();
    const { plans } = await deployAll(workspace);
    for (const done of Object.values(BY_HAND)) {
      await changeByHand(workspace, done);
      await planAgain(workspace, done.root);
    }
    // As after the lines of docs/deploy.md: the next apply has something else to change.
    const schedule = '*/5 * * * *';
    const serverless = await deployRoot(workspace, 'serverless', { schedule });
    const workloads = await deployRoot(workspace, 'workloads');
    ({ resources } = toDeployment({ ...plans, serverless, workloads }));
  });
  after(() => workspace.close());

  const valuesOf = (type: string) =>
    resources.filter((resource) => resource.type === type).map(({ values }) => values);

  test('a paused job stays paused over an apply that changes its schedule', () => {
    assert.deepEqual(
      valuesOf('google_cloud_scheduler_job').map(({ schedule, paused }) => [schedule, paused]),
      [['*/5 * * * *', true]],
    );
  });

  test('a suspended CronJob stays suspended over an apply that changes its schedule', () => {
    assert.deepEqual(
      valuesOf('kubernetes_cron_job_v1').map(({ spec: [{ schedule, suspend }] }) => [
        schedule,
        suspend,
      ]),
      [['*/5 * * * *', true]],
    );
  });

  test('restarted pods are not restarted again by an apply', () => {
    assert.deepEqual(
      valuesOf('kubernetes_deployment_v1').map(
        ({ spec: [{ template }] }) =>
          template[0].metadata[0].annotations['kubectl.kubernetes.io/restartedAt'],
      ),
      Array(3).fill('2026-11-22T12:00:00Z'),
    );
  });
});
