import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../cli/command-line.ts';
import { type Addresses, readAddresses } from '../cli/local-addresses.ts';
import type { Target } from '../google/target.ts';
import type { Options } from './options.ts';

/** Each value with the flag, the variable and the terraform output that may give it. */
const PARTS = {
  projectId: { flag: 'project', variable: 'GOOGLE_CLOUD_PROJECT', output: 'project_id' },
  region: { flag: 'region', variable: 'GOOGLE_CLOUD_REGION', output: 'region' },
  job: { flag: 'job', variable: 'SCHEDULER_JOB', output: 'scheduler_job' },
} as const;

export type Outputs = Readonly<Record<string, unknown>>;

/** From flags, else the environment, else terraform, which is only asked where something lacks. */
export async function findTarget(
  options: Pick<Options, 'verb' | 'local' | 'target'>,
  sources: {
    env: NodeJS.ProcessEnv;
    readOutputs?: () => Promise<Outputs>;
    readLocal?: () => Promise<Addresses>;
  },
): Promise<Target> {
  const { env, readOutputs = readTerraformOutputs, readLocal = readAddresses } = sources;
  if (options.local) {
    const { projectId, region, jobName, schedulerAddress, traceReadOrigin } = await readLocal();
    if (jobName === '') {
      throw new UsageError(
        'the local system has no Cloud Scheduler job: it runs without cloud_run',
      );
    }
    return { projectId, region, jobName, local: { schedulerAddress, traceReadOrigin } };
  }
  await refuseUnclear(options, readLocal);
  const given = (part: keyof typeof PARTS): string | undefined =>
    options.target[PARTS[part].flag] ?? (env[PARTS[part].variable] || undefined);
  const parts = Object.keys(PARTS) as (keyof typeof PARTS)[];
  const outputs = parts.every((part) => given(part) !== undefined) ? {} : await readOutputs();
  const find = (part: keyof typeof PARTS): string => {
    const { flag, variable, output } = PARTS[part];
    const value = given(part) ?? outputs[output];
    if (typeof value === 'string' && value !== '') return value;
    throw new UsageError(
      `which ${flag}? Give --${flag}, set ${variable}, or deploy first: terraform -chdir=terraform ` +
        `output has no ${output} (it comes with an apply that has an image_tag). For the local system: --local`,
    );
  };
  const [projectId, region, job] = [find('projectId'), find('region'), find('job')];
  const jobName = job.startsWith('projects/')
    ? job
    : `projects/${projectId}/locations/${region}/jobs/${job}`;
  return { projectId, region, jobName };
}

/**
 * `npm run load pause --local` lacks the `--` before the tool's flags, and npm takes `--local` for
 * the beginning of its setting local-address, and leaves no trace of it. So while a local
 * system runs, nothing is changed on Google Cloud unless a flag says that it is meant.
 */
async function refuseUnclear(
  { verb, target }: Pick<Options, 'verb' | 'target'>,
  readLocal: () => Promise<Addresses>,
): Promise<void> {
  if (verb === 'status' || (target.project ?? target.job) !== undefined) return;
  const running = await readLocal().catch(() => undefined);
  if (running === undefined) return;
  throw new UsageError(
    `${verb} which job? A local system is running too: pass --local or --project P, for example ` +
      `npx shakesapp load ${verb} --local`,
  );
}

const TERRAFORM_FOLDER = join(import.meta.dirname, '../../terraform');
const outputSchema = z.record(z.string(), z.object({ value: z.unknown() }));

/** What the last apply put out; nothing where there was none, or no terraform. */
export async function readTerraformOutputs(
  execute: (command: string, args: string[]) => Promise<{ stdout: string }> = (command, args) =>
    promisify(execFile)(command, args, { timeout: 30_000, encoding: 'utf8' }),
): Promise<Outputs> {
  let stdout: string;
  try {
    ({ stdout } = await execute('terraform', [`-chdir=${TERRAFORM_FOLDER}`, 'output', '-json']));
  } catch {
    // Missing, not initialised or without a state: the caller then says what to give instead.
    return {};
  }
  const outputs = Object.entries(outputSchema.parse(JSON.parse(stdout)));
  return Object.fromEntries(outputs.map(([name, { value }]) => [name, value]));
}
