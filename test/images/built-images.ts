import { join } from 'node:path';
import { SERVICES, type ServiceName } from '../../lib/telemetry/names.ts';
import { LOCAL_PROJECT } from '../../tools/cli/local-project.ts';
import {
  LOCAL_QUERIES,
  WORKS_BUCKET,
  WORKS_PREFIX,
} from '../../tools/local/cloud/storage/works.ts';
import type { Build } from '../cloudbuild/build-problems.ts';
import { reasonToSkipGcloud } from '../cloudbuild/gcloud.ts';
import { runSteps, type StepTime } from '../cloudbuild/run-steps.ts';
import { submitBuild } from '../cloudbuild/submit.ts';
import { type PlannedEnvironment, toPlannedEnvironment } from '../terraform/planned-environment.ts';
import { deployAll, openWorkspace } from '../terraform/roots.ts';
import { type ContainerTools, openContainerTools } from './container-tools.ts';
import { readDockerfileArguments } from './dockerfile.ts';
import { type Registry, startRegistry } from './registry.ts';
import { runCommand } from './run-command.ts';
import { pushStandInBases } from './stand-in-bases.ts';

export const REPOSITORY_ROOT = join(import.meta.dirname, '../..');
const TAG = 'v1';

export type BuiltImages = Readonly<{
  registry: Registry;
  tools: ContainerTools;
  planned: PlannedEnvironment;
  /** host/path:tag, in podman's storage and in the registry. */
  images: Readonly<Record<ServiceName, string>>;
  /** The build as gcloud submitted it; absent where only docker build made the images. */
  build?: Build;
  times: readonly StepTime[];
  close(): Promise<void>;
}>;

/**
 * From terraform's plan to three images in a registry, with nothing but this machine: the planned
 * command submits the build, the captured steps build the captured archive.
 */
export async function buildImages(): Promise<BuiltImages> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  const times: StepTime[] = [];
  const timed = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now();
    const result = await work();
    times.push({ id, seconds: (performance.now() - startedMs) / 1000 });
    return result;
  };
  try {
    const registry = await startRegistry();
    closers.push(registry.close);
    const { NODE_IMAGE: node, BASE_IMAGE: base } = await readDockerfileArguments();
    await timed('stand-in bases', () => pushStandInBases(registry, { node, base }));
    const tools = await openContainerTools(registry.port);
    closers.push(tools.close);
    const { planned, buildCommand } = await timed('terraform', planLocally);
    const images = imagesOf(planned);
    const result = { registry, tools, planned, images, times, close };
    if (reasonToSkipGcloud()) {
      await timed('docker build', () => buildByHand(images, tools, registry.port));
      return result;
    }
    const submission = await timed('gcloud builds submit', () =>
      submitBuild(buildCommand, LOCAL_PROJECT),
    );
    times.push(...(await runSteps(submission, tools, registry.port)));
    return { ...result, build: submission.build };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A deployment whose project, texts and expected counts are the local cloud's. */
async function planLocally() {
  const workspace = await openWorkspace();
  try {
    const deployment = await deployAll(workspace, {
      project_id: LOCAL_PROJECT.projectId,
      image_tag: TAG,
      works_bucket: WORKS_BUCKET,
      works_prefix: WORKS_PREFIX,
      known_queries: JSON.stringify(LOCAL_QUERIES),
      requests_per_run: '5',
      interval_ms: '100',
    });
    const { build_command } = deployment.plans.serverless.planned_values.outputs;
    return {
      planned: toPlannedEnvironment(deployment),
      buildCommand: String(build_command?.value),
    };
  } finally {
    await workspace.close();
  }
}

/** The planned images by tag: the digest is of a push that the plan's stand-in made up. */
function imagesOf(planned: PlannedEnvironment): Record<ServiceName, string> {
  const byTag = SERVICES.map((name) => {
    const images = [planned.cloud_run.programs[name].image, planned.gke.programs[name].image];
    if (images[0] !== images[1]) throw new Error(`two images of ${name}: ${images.join(', ')}`);
    return [name, `${images[0]?.replace(/@.*/, '')}:${TAG}`];
  });
  return Object.fromEntries(byTag) as Record<ServiceName, string>;
}

async function buildByHand(
  images: Readonly<Record<ServiceName, string>>,
  tools: ContainerTools,
  registryPort: number,
): Promise<void> {
  for (const name of SERVICES) {
    await runCommand(
      'docker',
      ['build', '--target', name, '--build-arg', `VERSION=${TAG}`, '--tag', images[name], '.'],
      { cwd: REPOSITORY_ROOT, env: tools.env },
    );
    const remote = `127.0.0.1:${registryPort}/${images[name]}`;
    await tools.podman(['push', '--quiet', '--tls-verify=false', images[name], remote]);
  }
}
