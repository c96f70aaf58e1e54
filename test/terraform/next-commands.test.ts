import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { printedCommands, printedProblems, shellWords } from './printed-commands.ts';
import {
  DEPLOYED,
  deployAll,
  deployRoot,
  openWorkspace,
  PROJECT_ID,
  TERRAFORM_FOLDER,
  variableArgs,
} from './roots.ts';
import { reasonToSkip } from './terraform.ts';

const skip = await reasonToSkip();

/** Every variable of terraform/ but image_tag, each with another value than its default. */
const SETTINGS = {
  project_id: PROJECT_ID,
  region: 'europe-west1',
  state_bucket: 'my-state',
  requests_per_run: '20',
  interval_ms: '1000',
  schedule: '*/5 9-17 * * *',
  loadgen_timeout_seconds: '200',
  attempt_deadline_seconds: '240',
  works_bucket: 'my-works',
  works_prefix: 'plays/of his/',
  works_access: 'iam',
  works_cache: 'per-request',
  known_queries: '{"love":12,"what\'s past is prologue":1}',
  traces_exporter: 'gcp_trace,otlp',
  otlp_endpoint: 'https://telemetry.europe-west1.rep.googleapis.com',
  propagators: 'tracecontext,b3',
  cpu: '2',
  memory: '1Gi',
  concurrency: '7',
  max_instances: '2',
  request_based_billing: 'true',
};

test('words are those that a shell would make', () => {
  assert.deepEqual(shellWords(`apply -var 'a={"it'\\''s":1}' -var b=1 .`), [
    'apply',
    '-var',
    'a={"it\'s":1}',
    '-var',
    'b=1',
    '.',
  ]);
});

describe('the commands that terraform prints', { skip }, () => {
  test('after the first apply lead to the deployment that was asked for, whatever was set', async (t) => {
    const declared = readFileSync(join(TERRAFORM_FOLDER, 'variables.tf'), 'utf8');
    const names = [...declared.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name);
    assert.deepEqual(
      names.filter((name) => name !== 'image_tag').toSorted(),
      Object.keys(SETTINGS).toSorted(),
    );

    const workspace = await openWorkspace();
    t.after(() => workspace.close());
    await workspace.must('serverless', 'init');
    const { stdout } = await workspace.must(
      'serverless',
      'apply',
      '-auto-approve',
      ...variableArgs(SETTINGS),
    );
    const printed = /^ +(terraform -chdir=terraform apply .*)$/m.exec(stdout)?.[1] ?? '';
    const [, , verb = '', ...args] = shellWords(printed);
    await workspace.must('serverless', verb, '-auto-approve', ...args);

    const again = await workspace.terraform(
      'serverless',
      'plan',
      '-detailed-exitcode',
      ...variableArgs({ ...SETTINGS, image_tag: 'v1' }),
    );
    assert.equal(again.exitCode, 0, again.stdout);
    const plan = await deployRoot(workspace, 'serverless', SETTINGS);
    assert.ok(printedCommands(plan).includes(printed), 'the same command deploys the next change');
  });

  test('name project, region and zone of the deployment, and flags that the tools know', async (t) => {
    for (const variables of [{}, { region: 'europe-west1', state_bucket: 'my-state' }]) {
      const workspace = await openWorkspace();
      t.after(() => workspace.close());
      const { plans } = await deployAll(workspace, variables);
      assert.deepEqual(printedProblems(plans, { ...DEPLOYED, ...variables }), []);
      assert.equal(printedCommands(plans.serverless).length, 6);
    }
  });
});
