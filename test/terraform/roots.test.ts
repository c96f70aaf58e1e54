import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readSchemas } from './provider/schema.ts';
import {
  DEPLOYED,
  deployAll,
  openWorkspace,
  PROJECT_ID,
  ROOT_NAMES,
  ROOTS,
  TERRAFORM_FOLDER,
  variableArgs,
  type Workspace,
} from './roots.ts';
import { REAL_PROVIDERS, reasonToSkip, runTerraform } from './terraform.ts';

const skip = await reasonToSkip();

describe('terraform', { skip }, () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await openWorkspace();
    for (const root of ROOT_NAMES) await workspace.must(root, 'init');
  });
  after(() => workspace.close());

  test('is formatted', async () => {
    const { exitCode, stdout } = await runTerraform(TERRAFORM_FOLDER, [
      'fmt',
      '-check',
      '-diff',
      '-recursive',
    ]);
    assert.equal(exitCode, 0, stdout);
  });

  for (const root of ROOT_NAMES) {
    test(`${root} is valid, and passes its own tests`, async (t) => {
      t.diagnostic(whatIsProven());
      const folder = REAL_PROVIDERS ? await realFolder(root) : undefined;
      const run = (...args: string[]) =>
        folder ? runTerraform(folder, args) : workspace.terraform(root, ...args);

      const validated = await run('validate');
      assert.equal(validated.exitCode, 0, validated.stderr);

      const { exitCode, stdout } = await run('test');
      assert.equal(exitCode, 0, stdout);
      // `terraform test` is content without any test.
      const passed = Number(/Success! (\d+) passed, 0 failed/.exec(stdout)?.[1]);
      const files = globSync('tests/*.tftest.hcl', { cwd: join(TERRAFORM_FOLDER, ROOTS[root]) });
      assert.ok(files.length > 0 && passed >= files.length, stdout);
    });
  }

  test('the first apply, without an image tag, makes what a build needs and says what to run', async () => {
    const args = variableArgs({ project_id: PROJECT_ID });
    const { stdout } = await workspace.must('serverless', 'apply', '-auto-approve', ...args);
    assert.match(stdout, /gcloud builds submit --project shakesapp-test .*_TAG=v1 \./);
    const { stdout: list } = await workspace.must('serverless', 'state', 'list');
    const made = list
      .trim()
      .split('\n')
      .filter((address) => !address.includes('google_project_service'));
    assert.deepEqual(
      made.filter((address) => /run_v2|scheduler_job/.test(address)),
      [],
    );
    assert.ok(made.includes('google_artifact_registry_repository.images'));
    assert.ok(made.includes('google_storage_bucket.build'));
    assert.ok(made.includes('google_service_account.build'));
    const again = await workspace.terraform('serverless', 'plan', '-detailed-exitcode', ...args);
    assert.equal(again.exitCode, 0, again.stdout);
  });

  test('every root plans, applies, and then plans no change', async (t) => {
    t.diagnostic('schema-checked with the stand-in provider: no API of Google was asked');
    const { resources } = await deployAll(workspace);
    t.diagnostic(`${resources.length} resources over ${ROOT_NAMES.length} roots`);
  });

  test('a tag that was pushed again rolls out new digests, and nothing else', async () => {
    await workspace.answer({ pushes: 2 });
    const args = variableArgs({ project_id: PROJECT_ID, image_tag: 'v1' });
    const changed = await workspace.terraform('serverless', 'plan', '-detailed-exitcode', ...args);
    await workspace.answer({});
    assert.equal(changed.exitCode, 2, changed.stderr);
    assert.match(changed.stdout, /Plan: 0 to add, 3 to change, 0 to destroy/);
  });

  test('a tag that was never pushed is refused, for each image that is missing', async () => {
    const args = variableArgs({ project_id: PROJECT_ID, image_tag: 'v3' });
    const { exitCode, stderr } = await workspace.terraform('serverless', 'plan', ...args);
    assert.equal(exitCode, 1);
    // The provider does not name the image; terraform names the data source.
    assert.match(stderr, /Requested image was not found\./);
    assert.match(stderr, /with data\.google_artifact_registry_docker_image\.program\["server"\]/);
  });

  test('the overlay refuses to be applied before there are images', async (t) => {
    const early = await openWorkspace();
    t.after(() => early.close());
    for (const root of ROOT_NAMES) await early.must(root, 'init');
    await early.must('serverless', 'apply', '-auto-approve', `-var=project_id=${PROJECT_ID}`);
    await early.must('cluster', 'apply', '-auto-approve');
    const { exitCode, stderr } = await early.terraform('workloads', 'plan');
    assert.equal(exitCode, 1);
    assert.match(stderr.replaceAll(/\s+│?\s*/g, ' '), /applied without an image_tag/);
  });

  test('the overlay refuses a collector that no pod can reach, and takes Google’s', async () => {
    const planWith = async (endpoint: string) => {
      await workspace.must(
        'serverless',
        'apply',
        '-auto-approve',
        ...variableArgs({ ...DEPLOYED, traces_exporter: 'otlp', otlp_endpoint: endpoint }),
      );
      return workspace.terraform('workloads', 'plan');
    };
    for (const endpoint of ['https://collector.example.com', 'http://telemetry.googleapis.com']) {
      const { exitCode, stderr } = await planWith(endpoint);
      assert.equal(exitCode, 1);
      assert.match(
        stderr.replaceAll(/\s+│?\s*/g, ' '),
        new RegExp(`${endpoint}; allowed with GKE`),
      );
    }
    const { exitCode, stderr } = await planWith('https://telemetry.us-central1.rep.googleapis.com');
    assert.equal(exitCode, 0, stderr);
  });

  test('everything that was made is destroyed, last root first, even after its images', async () => {
    await workspace.answer({ imageTags: [] });
    for (const root of ROOT_NAMES.toReversed()) {
      const args = root === 'serverless' ? variableArgs({ project_id: PROJECT_ID }) : [];
      const { stdout } = await workspace.must(root, 'destroy', '-auto-approve', ...args);
      assert.match(stdout, /Destroy complete!/);
      assert.equal(
        (await workspace.must(root, 'state', 'list')).stdout.replaceAll(
          /^(module\..*)?data\..*\n/gm,
          '',
        ),
        '',
      );
    }
  });
});

let realWorkspace: Workspace | undefined;
after(() => realWorkspace?.close());

/** A copy whose providers come from the registry. */
async function realFolder(root: (typeof ROOT_NAMES)[number]): Promise<string> {
  realWorkspace ??= await openWorkspace();
  const folder = join(realWorkspace.folder, ROOTS[root]);
  const { exitCode, stderr } = await runTerraform(folder, ['init']);
  assert.equal(exitCode, 0, stderr);
  return folder;
}

function whatIsProven(): string {
  if (REAL_PROVIDERS) return 'validated and tested with the real providers from the registry';
  const versions = Object.entries(readSchemas()).map(([name, { version }]) => `${name} ${version}`);
  return `schema-checked with the stand-in provider (${versions.join(', ')}); TF_REAL_PROVIDERS=1 takes the real ones`;
}
