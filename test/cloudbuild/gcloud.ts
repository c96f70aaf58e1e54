import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOnPath } from '../images/container-tools.ts';
import { runToEnd } from '../run-to-end.ts';
import type { CloudBuildService } from './service.ts';

/**
 * Why nothing can be submitted here, or false. No error under CI either: Google's SDK is in no
 * distribution, and a machine without it tests everything but the submission.
 */
export const reasonToSkipGcloud = (): string | false =>
  isOnPath('gcloud')
    ? false
    : 'gcloud is not installed (https://cloud.google.com/sdk/docs/install)';

export type Outcome = Readonly<{ exitCode: number | null; output: string }>;

/** Runs one command line of the documents with the real gcloud, against the local service. */
export async function runGcloud(
  commandLine: string,
  options: Readonly<{ cwd: string; service: CloudBuildService }>,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-gcloud-'));
  try {
    const token = join(folder, 'token');
    await writeFile(token, 'a-token');
    const { code, stdout, stderr } = await runToEnd('sh', ['-c', commandLine], {
      cwd: options.cwd,
      timeoutMs: 120_000,
      env: {
        PATH: process.env.PATH,
        // Nothing of the user's own configuration and credentials.
        HOME: folder,
        CLOUDSDK_CONFIG: folder,
        CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
        CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
        CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBUILD: options.service.buildEndpoint,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: options.service.storageEndpoint,
      },
    });
    return { exitCode: code, output: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
