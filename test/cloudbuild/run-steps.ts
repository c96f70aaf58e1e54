import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerTools } from '../images/container-tools.ts';
import { runCommand } from '../images/run-command.ts';
import type { Step } from './build-problems.ts';
import type { Submission } from './service.ts';

export type StepTime = Readonly<{ id: string; seconds: number }>;

/** The image of the steps that talk to Docker; on Cloud Build it holds the command and bash. */
const DOCKER_BUILDER = 'gcr.io/cloud-builders/docker';

/**
 * Runs the steps of a captured build on the captured archive, and pushes its images, as Cloud Build
 * does: one workspace for all steps, each in the container that it names. The Docker steps run on
 * this machine instead, where `docker` is podman.
 */
export async function runSteps(
  { build, archive }: Submission,
  tools: ContainerTools,
  registryPort: number,
): Promise<readonly StepTime[]> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-build-'));
  try {
    const workspace = join(folder, 'workspace');
    await mkdir(workspace);
    await writeFile(join(folder, 'source.tgz'), archive);
    await runCommand('tar', ['-xzf', join(folder, 'source.tgz'), '-C', workspace]);
    // As a checkout under umask 077 would have sent it: no image may depend on that.
    await runCommand('chmod', ['-R', 'go=', workspace]);
    const times: StepTime[] = [];
    for (const [index, step] of build.steps.entries()) {
      const script = join(folder, `step-${index}`);
      await writeFile(script, step.script ?? '');
      await chmod(script, 0o755);
      const startedMs = performance.now();
      await runStep(step, { script, workspace, tools });
      times.push(timeOf(step.id ?? String(index), startedMs));
    }
    const startedMs = performance.now();
    for (const image of build.images ?? []) {
      const local = `127.0.0.1:${registryPort}/${image}`;
      await tools.podman(['push', '--quiet', '--tls-verify=false', image, local]);
    }
    times.push(timeOf('push', startedMs));
    return times;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const timeOf = (id: string, startedMs: number): StepTime => ({
  id,
  seconds: (performance.now() - startedMs) / 1000,
});

/** Throws with what it said where the step fails. */
export async function runStep(
  step: Step,
  { script, workspace, tools }: { script: string; workspace: string; tools: ContainerTools },
): Promise<void> {
  const environment = [...(step.env ?? [])];
  if (step.name === DOCKER_BUILDER) {
    const own = Object.fromEntries(environment.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
    await runCommand(script, [], { cwd: workspace, env: { ...tools.env, ...own } });
    return;
  }
  await tools.podman([
    ...['run', '--rm', '--network', 'host', '--log-driver', 'none'],
    ...['--volume', `${workspace}:/workspace`, '--volume', `${script}:/step:ro`],
    ...['--workdir', '/workspace', '--entrypoint', '/step'],
    ...tools.npmVolumes.flatMap((volume) => ['--volume', volume]),
    ...environment.flatMap((entry) => ['--env', entry]),
    step.name,
  ]);
}
