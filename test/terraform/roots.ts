import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { failedChecks, type Plan, type Resource, resourcesOf } from './plan.ts';
import { type Answers, DEFAULT_ANSWERS } from './provider/answers.ts';
import { startStandInProviders } from './provider/serve.ts';
import { type Outcome, problemOf, runTerraform } from './terraform.ts';

/** The roots in the order in which they are applied, by their folder under terraform/. */
export const ROOTS = {
  serverless: '.',
  cluster: 'gke/cluster',
  workloads: 'gke/workloads',
} as const;
export type RootName = keyof typeof ROOTS;
export const ROOT_NAMES = Object.keys(ROOTS) as readonly RootName[];

export const TERRAFORM_FOLDER = join(import.meta.dirname, '../../terraform');

/** What a user types; everything else has a default, and the overlay needs no variable at all. */
export const PROJECT_ID = 'shakesapp-test';
export type Variables = Readonly<Record<string, string>>;
export const DEPLOYED: Variables = { project_id: PROJECT_ID, image_tag: 'v1' };

/** One step of a deployment that terraform refused. */
export class TerraformError extends Error {
  readonly step: string;

  constructor(step: string, outcome: Outcome) {
    super(`terraform ${step}: ${problemOf(outcome)}`);
    this.name = 'TerraformError';
    this.step = step;
  }
}

export type Workspace = Readonly<{
  /** A copy of terraform/, without anybody's state. */
  folder: string;
  terraform(root: RootName, ...args: string[]): Promise<Outcome>;
  /** As terraform(), but throws where the exit code is not 0. */
  must(root: RootName, ...args: string[]): Promise<Outcome>;
  /** Runs each command with other answers of the stand-in than the default ones. */
  answer(answers: Partial<Answers>): Promise<void>;
  close(): Promise<void>;
}>;

/**
 * A temporary copy of terraform/ (or of another copy) in which commands run offline against the
 * stand-in providers.
 */
export async function openWorkspace(source: string = TERRAFORM_FOLDER): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-terraform-'));
  const isFromUser = source === TERRAFORM_FOLDER;
  await cp(source, folder, {
    recursive: true,
    filter: (file) =>
      !isFromUser ||
      !/\.terraform(\.lock\.hcl)?$|\.tfstate|\.tfvars$/.test(file.split(sep).at(-1) ?? ''),
  });
  let providers = await startStandInProviders();
  const terraform: Workspace['terraform'] = (root, ...args) =>
    runTerraform(join(folder, ROOTS[root]), args, { TF_REATTACH_PROVIDERS: providers.reattach });
  return {
    folder,
    terraform,
    async must(root, ...args) {
      const outcome = await terraform(root, ...args);
      if (outcome.exitCode !== 0) throw new TerraformError(`${args[0]} (${root})`, outcome);
      return outcome;
    },
    async answer(answers) {
      providers.close();
      providers = await startStandInProviders({ ...DEFAULT_ANSWERS, ...answers });
    },
    async close() {
      providers.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const variableArgs = (variables: Variables): string[] =>
  Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`);

/** All roots once everything is known: the second plan, after the apply. */
export type Deployment = Readonly<{
  plans: Readonly<Record<RootName, Plan>>;
  resources: readonly Resource[];
}>;

/** Applies one root and plans it again; throws where the second plan is not clean. */
export async function deployRoot(
  workspace: Workspace,
  root: RootName,
  variables: Variables = {},
): Promise<Plan> {
  const args = root === 'serverless' ? variableArgs({ ...DEPLOYED, ...variables }) : [];
  await workspace.must(root, 'apply', '-auto-approve', '-compact-warnings', ...args);
  return planAgain(workspace, root, variables);
}

/** Plans what was applied; throws where the plan is not clean. */
export async function planAgain(
  workspace: Workspace,
  root: RootName,
  variables: Variables = {},
): Promise<Plan> {
  const args = root === 'serverless' ? variableArgs({ ...DEPLOYED, ...variables }) : [];
  const planned = await workspace.terraform(
    root,
    'plan',
    '-detailed-exitcode',
    '-out=tfplan',
    ...args,
  );
  if (planned.exitCode === 2)
    throw new TerraformError(`second plan (${root})`, {
      ...planned,
      stdout: `Error: not clean: ${/^ {2}# .*/m.exec(planned.stdout)?.[0] ?? ''}`,
    });
  if (planned.exitCode !== 0) throw new TerraformError(`plan (${root})`, planned);
  return JSON.parse((await workspace.must(root, 'show', '-json', 'tfplan')).stdout);
}

/** Initialises, validates and deploys all roots, as the commands of docs/deploy.md do. */
export async function deployAll(
  workspace: Workspace,
  variables: Variables = {},
): Promise<Deployment> {
  const plans: Partial<Record<RootName, Plan>> = {};
  for (const root of ROOT_NAMES) {
    await workspace.must(root, 'init');
    plans[root] = await deployRoot(workspace, root, variables);
  }
  return toDeployment(plans as Record<RootName, Plan>);
}

export function toDeployment(plans: Readonly<Record<RootName, Plan>>): Deployment {
  const resources = ROOT_NAMES.flatMap((root) => resourcesOf(plans[root], root));
  return { plans, resources };
}

export function checksOf(deployment: Deployment): readonly string[] {
  return ROOT_NAMES.flatMap((root) => failedChecks(deployment.plans[root]));
}
