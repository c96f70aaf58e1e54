import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BY_HAND, changeByHand } from './by-hand.ts';
import { environmentProblems } from './environment.ts';
import { MUTATIONS, type Mutation } from './mutations.ts';
import type { Plan } from './plan.ts';
import { toPlannedEnvironment } from './planned-environment.ts';
import { POLICIES } from './policies.ts';
import { printedProblems } from './printed-commands.ts';
import {
  checksOf,
  DEPLOYED,
  type Deployment,
  deployAll,
  deployRoot,
  openWorkspace,
  planAgain,
  ROOT_NAMES,
  ROOTS,
  type RootName,
  TerraformError,
  toDeployment,
  type Workspace,
} from './roots.ts';
import { problemOf, reasonToSkip } from './terraform.ts';

const skip = await reasonToSkip();

/** What to plan again when a root changes: the overlay's workloads read the first root. */
const AFFECTED: Readonly<Record<RootName, readonly RootName[]>> = {
  serverless: ['serverless', 'workloads'],
  cluster: ['cluster'],
  workloads: ['workloads'],
};

/** Variables reach every root. */
const affectedBy = ({ root, variables }: Mutation) =>
  Object.keys(variables).length > 0 ? ROOT_NAMES : AFFECTED[root];

type Catch = Readonly<{ by: string; because: string }>;

// Two at a time: each is a chain of single-threaded commands.
describe('mutations', { skip, concurrency: 2 }, () => {
  let base: Workspace;
  let plans: Readonly<Record<RootName, Plan>>;
  const table: string[] = [];
  before(async () => {
    base = await openWorkspace();
    ({ plans } = await deployAll(base));
  });
  after(async () => {
    await base.close();
    process.stdout.write(`${['mutation | caught by', '--- | ---', ...table].join('\n')}\n`);
  });

  for (const mutation of MUTATIONS) {
    test(`${mutation.title}: caught`, async (t) => {
      const workspace = await openWorkspace(base.folder);
      t.after(() => workspace.close());
      // From nothing: what a provider once filled in would stand in for what the mistake took away.
      for (const root of affectedBy(mutation)) {
        await rm(join(workspace.folder, ROOTS[root], 'terraform.tfstate'));
      }
      await mutate(workspace.folder, mutation);
      const caught = await inspect(workspace, mutation, plans);
      const because = caught?.because.replaceAll(/\s+/g, ' ').slice(0, 140);
      table.push(`${mutation.title} | ${caught?.by}: ${because}`);
      assert.equal(caught?.by, mutation.caughtBy, caught?.because ?? 'nothing noticed it');
    });
  }
});

async function mutate(folder: string, { file, find, replace }: Mutation): Promise<void> {
  const path = join(folder, file);
  const before = await readFile(path, 'utf8');
  assert.ok(before.includes(find), `${file} no longer holds ${JSON.stringify(find)}`);
  await writeFile(
    path,
    before.replace(find, () => replace),
  );
}

/** The first of all means that finds something wrong in a deployment from nothing. */
async function inspect(
  workspace: Workspace,
  mutation: Mutation,
  plans: Readonly<Record<RootName, Plan>>,
): Promise<Catch | undefined> {
  const { file, root, variables } = mutation;
  const mutated = { ...plans };
  const affected = affectedBy(mutation);
  for (const name of affected) {
    try {
      mutated[name] = await deployRoot(workspace, name, variables);
    } catch (error) {
      if (!(error instanceof TerraformError)) throw error;
      return { by: await meansOf(workspace, name, error), because: error.message };
    }
    // Half of a deployment with other variables does not fit the other half.
    const isPart = affected === ROOT_NAMES && name !== ROOT_NAMES.at(-1);
    const found = isPart ? undefined : findIn(toDeployment(mutated));
    if (found !== undefined) return found;
    const [printed] = printedProblems({ [name]: mutated[name] }, { ...DEPLOYED, ...variables });
    if (printed !== undefined) return { by: 'printed commands', because: printed };
  }
  return (await findDrift(workspace, file)) ?? findByTest(workspace, root);
}

async function findDrift(workspace: Workspace, file: string): Promise<Catch | undefined> {
  const done = BY_HAND[file];
  if (done === undefined) return undefined;
  try {
    await changeByHand(workspace, done);
    await planAgain(workspace, done.root);
    return undefined;
  } catch (error) {
    if (!(error instanceof TerraformError)) throw error;
    return { by: 'drift', because: error.message };
  }
}

async function findByTest(workspace: Workspace, root: RootName): Promise<Catch | undefined> {
  const tested = await workspace.terraform(root, 'test');
  return tested.exitCode === 0 ? undefined : { by: 'test', because: problemOf(tested) };
}

async function meansOf(workspace: Workspace, root: RootName, error: TerraformError) {
  if (error.step.startsWith('second plan')) return 'second plan';
  if (error.message.includes('Invalid value for variable')) return 'validation';
  if (error.message.includes('to be one of')) return 'provider';
  return (await workspace.terraform(root, 'validate')).exitCode === 0 ? 'plan' : 'schema';
}

function findIn(deployment: Deployment): Catch | undefined {
  const [check] = checksOf(deployment);
  if (check !== undefined) return { by: 'check', because: check };
  for (const [title, policy] of Object.entries(POLICIES)) {
    const [finding] = policy(deployment.resources);
    if (finding !== undefined) return { by: title, because: finding };
  }
  const [problem] = environmentProblems(toPlannedEnvironment(deployment));
  if (problem !== undefined) return { by: 'environment', because: problem };
  return undefined;
}
