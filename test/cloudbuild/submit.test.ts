import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readDockerfileArguments } from '../images/dockerfile.ts';
import { resourcesOf } from '../terraform/plan.ts';
import { only } from '../terraform/planned-environment.ts';
import { deployRoot, openWorkspace, PROJECT_ID, type Workspace } from '../terraform/roots.ts';
import { reasonToSkip as reasonToSkipTerraform } from '../terraform/terraform.ts';
import { copyRepository, listFiles } from '../working-copy.ts';
import { namesOf } from './archive.ts';
import { MUTATIONS } from './build-mutations.ts';
import type { Build } from './build-problems.ts';
import { reasonToSkipGcloud } from './gcloud.ts';
import type { Submission } from './service.ts';
import { projectOf, submitBuild } from './submit.ts';

const skip = reasonToSkipGcloud() || (await reasonToSkipTerraform());
const ROOT = join(import.meta.dirname, '../..');
const WHERE = { projectId: PROJECT_ID, region: 'us-central1' };

describe('gcloud builds submit', { skip }, () => {
  let workspace: Workspace;
  let command: string;
  let folder: string;
  let submission: Submission;

  before(async () => {
    workspace = await openWorkspace();
    await workspace.must('serverless', 'init');
    const plan = await deployRoot(workspace, 'serverless');
    command = String(plan.planned_values.outputs.build_command?.value);
    const resources = resourcesOf(plan, 'serverless');
    // What the local service takes for existing must be what terraform makes.
    const project = projectOf(WHERE.projectId, WHERE.region);
    assert.equal(only(resources, 'google_storage_bucket').name, project.stagingBucket);
    const accounts = resources.filter(({ type }) => type === 'google_service_account');
    assert.ok(accounts.some(({ values }) => values.email === project.buildServiceAccount));
    const repository = only(resources, 'google_artifact_registry_repository');
    assert.ok(project.repository.endsWith(`/${repository.repository_id}`));

    folder = await copyRepository();
    // What lies about in a working copy, and must not be sent.
    await writeFile(join(folder, '.env'), 'SECRET=1');
    await writeFile(join(folder, 'lib/notes.log'), 'a log');
    await writeFile(join(folder, 'traces.json'), '{}');
    submission = await submitBuild(command, WHERE, folder);
  });
  after(async () => {
    await workspace?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  test('takes the command that terraform prints', () => {
    assert.match(command, /^gcloud builds submit .*--config cloudbuild\.yaml/);
    assert.ok(submission.archive.length > 0);
  });

  test('sends exactly what the images and the first step need', async () => {
    const wanted = new Set<string>();
    for (const line of await listFiles()) {
      if (!WANTED.some((pattern) => pattern.test(line))) continue;
      if (!(await startsProcesses(line))) wanted.add(line);
    }
    assert.deepEqual(namesOf(submission.archive), [...wanted].sort());
    assert.ok(wanted.size > 80, `${wanted.size} files`);
    assert.ok(submission.archive.length < 500_000, `${submission.archive.length} bytes`);
  });

  test('pushes each image by tag and by build id to the repository that terraform made', () => {
    const { repository } = projectOf(WHERE.projectId, WHERE.region);
    const expected = ['loadgen', 'client', 'server'].flatMap((name) => [
      `${repository}/${name}:v1`,
      `${repository}/${name}:${submission.buildId}`,
    ]);
    assert.deepEqual(submission.build.images, expected);
  });

  test('runs as the build account, logs to Cloud Logging only, and has a time limit', () => {
    const { serviceAccount, options, timeout } = submission.build;
    const { buildServiceAccount } = projectOf(WHERE.projectId, WHERE.region);
    assert.equal(serviceAccount, `projects/${PROJECT_ID}/serviceAccounts/${buildServiceAccount}`);
    assert.equal(options?.logging, 'CLOUD_LOGGING_ONLY');
    assert.match(timeout ?? '', /^\d+s$/);
  });

  test('works without any flag but the project: the file has defaults for the rest', async () => {
    const plain = `gcloud builds submit --project ${PROJECT_ID} --region us-central1 --gcs-source-staging-dir gs://${PROJECT_ID}-shakesapp-build/source .`;
    const { build } = await submitBuild(plain, WHERE, folder);
    assert.deepEqual(
      build.images?.map(withoutBuildId),
      submission.build.images?.map(withoutBuildId),
    );
    assert.equal(build.serviceAccount, submission.build.serviceAccount);
  });

  test('tests with the Node that the images run', async () => {
    const { NODE_IMAGE } = await readDockerfileArguments();
    const [check] = (submission.build as Build).steps;
    assert.equal(check?.id, 'check');
    assert.equal(check?.name, NODE_IMAGE);
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    assert.equal(NODE_IMAGE, `docker.io/library/node:${devDependencies.node}-trixie-slim`);
  });

  for (const { title, from, to, refusal } of MUTATIONS) {
    test(`is refused: ${title}`, async () => {
      const file = join(folder, 'cloudbuild.yaml');
      const text = await readFile(file, 'utf8');
      assert.ok(text.includes(from), `cloudbuild.yaml has no ${from}`);
      await writeFile(file, text.replace(from, to));
      try {
        const plain = command
          .replace(/ --service-account \S+/, '')
          .replace(/ --substitutions \S+/, '');
        await assert.rejects(submitBuild(plain, WHERE, folder), refusal);
      } finally {
        await writeFile(file, text);
      }
    });
  }
});

const withoutBuildId = (image: string) => image.replace(/:[0-9a-f-]{36}$/, ':BUILD_ID');

/** Said a second time, in other words than .gcloudignore's, so that neither can drift alone. */
const WANTED = [
  /^(Dockerfile|LICENSE|THIRD_PARTY_LICENSES\.md|package\.json|package-lock\.json|tsconfig\.json|\.npmrc|\.dockerignore)$/,
  /^(functions|lib|proto|services)\//,
  /^test\/(functions|lib|services)\//,
  /^tools\/image\//,
  /^tools\/local\/cloud\/identity\/certificates\.ts$/,
];

/** A test that starts processes and watches a clock: a busy machine could fail a deployment. */
async function startsProcesses(file: string): Promise<boolean> {
  if (!file.endsWith('.test.ts')) return false;
  const text = await readFile(join(ROOT, file), 'utf8');
  return /from '(node:child_process|.*\/(run-program|program|run-to-end)\.ts)'/.test(text);
}
