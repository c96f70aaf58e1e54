import { join } from 'node:path';
import type { Project } from './build-problems.ts';
import { runGcloud } from './gcloud.ts';
import { type Submission, startCloudBuildService } from './service.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What terraform/ makes in a project; test/cloudbuild/submit.test.ts holds it against the plan. */
export const projectOf = (projectId: string, region: string): Project => ({
  projectId,
  region,
  stagingBucket: `${projectId}-shakesapp-build`,
  buildServiceAccount: `shakesapp-build@${projectId}.iam.gserviceaccount.com`,
  repository: `${region}-docker.pkg.dev/${projectId}/trace-codelab`,
});

/** Submits the repository with the real gcloud; throws with its words where it is refused. */
export async function submitBuild(
  commandLine: string,
  { projectId, region }: Readonly<{ projectId: string; region: string }>,
  folder: string = ROOT,
): Promise<Submission> {
  const service = await startCloudBuildService(projectOf(projectId, region));
  try {
    const { exitCode, output } = await runGcloud(commandLine, { cwd: folder, service });
    const [submission] = service.submissions();
    if (exitCode !== 0 || !submission) throw new Error(`gcloud: exit ${exitCode}\n${output}`);
    return submission;
  } finally {
    await service.close();
  }
}
