import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Plan } from './plan.ts';
import { SIZING_POLICIES } from './policies-sizing.ts';
import { deployRoot, openWorkspace, ROOT_NAMES, toDeployment, type Workspace } from './roots.ts';
import { problemOf, reasonToSkip } from './terraform.ts';

const skip = await reasonToSkip();

type Size = Readonly<{
  cpu: string;
  memory: string;
  replicas: string;
  /** What the pods reserve, where the node has no room for that. */
  refused?: RegExp;
}>;

/** The ends of what each variable allows, and both sides of what the node has room for. */
const SIZES: readonly Size[] = [
  { cpu: '1', memory: '512Mi', replicas: '1' },
  { cpu: '1', memory: '512Mi', replicas: '2' },
  { cpu: '1', memory: '1Gi', replicas: '1' },
  { cpu: '1', memory: '1Gi', replicas: '2', refused: /the total is 2550m CPU and 2624Mi memory/ },
  { cpu: '1', memory: '2Gi', replicas: '1', refused: /the total is 1550m CPU and 3136Mi memory/ },
  { cpu: '2', memory: '512Mi', replicas: '1', refused: /the total is 3050m CPU and 832Mi memory/ },
  { cpu: '4', memory: '2Gi', replicas: '1', refused: /the total is 6050m CPU and 3136Mi memory/ },
  { cpu: '4', memory: '2Gi', replicas: '2', refused: /the total is 10050m CPU and 5184Mi memory/ },
];

describe('the pods on the node', { skip }, () => {
  let workspace: Workspace;
  let cluster: Plan;
  before(async () => {
    workspace = await openWorkspace();
    for (const root of ROOT_NAMES) await workspace.must(root, 'init');
    await deployRoot(workspace, 'serverless');
    cluster = await deployRoot(workspace, 'cluster');
  });
  after(() => workspace.close());

  for (const { refused, replicas, ...size } of SIZES) {
    const title = `${size.cpu} vCPU, ${size.memory}, replicas = ${replicas}`;
    test(`${title}: ${refused ? 'refused, with the sums' : 'fit, and can be rolled out'}`, async () => {
      const serverless = await deployRoot(workspace, 'serverless', size);
      const planned = await workspace.terraform(
        'workloads',
        'plan',
        '-out=tfplan',
        `-var=replicas=${replicas}`,
      );
      if (refused) {
        assert.equal(planned.exitCode, 1);
        assert.match(problemOf(planned), refused);
        assert.match(problemOf(planned), /the limit is 2920m and 1740Mi/);
        return;
      }
      assert.equal(planned.exitCode, 0, planned.stderr);
      const shown = await workspace.must('workloads', 'show', '-json', 'tfplan');
      const plans = { serverless, cluster, workloads: JSON.parse(shown.stdout) };
      const { resources } = toDeployment(plans);
      for (const [policy, find] of Object.entries(SIZING_POLICIES)) {
        assert.deepEqual(find(resources), [], policy);
      }
    });
  }
});
