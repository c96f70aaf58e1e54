import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createCommandLine } from '../../tools/cli/read-command-line.ts';
import type { Plan } from './plan.ts';
import type { RootName, Variables } from './roots.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** The commands that a root's outputs tell the user to run next. */
export function printedCommands(plan: Plan): readonly string[] {
  const text = String(plan.planned_values.outputs.what_next?.value);
  return text
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim());
}

/** Words as a shell makes them of what terraform prints: bare, or in single quotes. */
export function shellWords(command: string): string[] {
  const words = command.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/'([^']*)'|\\(.)/g, (_, quoted = '', escaped = '') => quoted + escaped),
  );
}

/** Why a printed command would not do what it says, for a deployment with these variables. */
export function printedProblems(
  plans: Readonly<Partial<Record<RootName, Plan>>>,
  variables: Variables,
): readonly string[] {
  const { state_bucket: _, ...others } = variables;
  return (Object.entries(plans) as [RootName, Plan][]).flatMap(([root, plan]) =>
    printedCommands(plan).flatMap((command) =>
      // Only the first root is applied with variables here.
      problemsOf(shellWords(command), root === 'serverless' ? variables : others).map(
        (problem) => `${problem}: ${command}`,
      ),
    ),
  );
}

function problemsOf([program, ...args]: readonly string[], variables: Variables): string[] {
  if (program === 'terraform') return terraformProblems(args, variables);
  if (program === 'npm') return toolProblems([args[1], ...args.slice(3)], variables);
  if (program === 'npx') return toolProblems(args.slice(1), variables);
  const place = `_REGION=${regionOf(variables)},`;
  return program === 'gcloud' && args.some((arg) => arg.startsWith(place))
    ? []
    : [`no ${place} for ${program}`];
}

const regionOf = ({ region = 'us-central1' }: Variables) => region;

const STATE_PREFIX: Readonly<Record<string, string>> = {
  'terraform/gke/cluster': 'shakesapp/gke-cluster',
  'terraform/gke/workloads': 'shakesapp/gke-workloads',
};

function terraformProblems([chdir = '', verb, ...args]: readonly string[], variables: Variables) {
  const folder = chdir.replace('-chdir=', '');
  if (!existsSync(join(REPOSITORY, folder, 'versions.tf'))) return [`no root ${folder}`];
  const { state_bucket } = variables;
  const shared = state_bucket === undefined ? {} : { state_bucket };
  const backend = [`bucket=${state_bucket}`, `prefix=${STATE_PREFIX[folder]}`];
  const wanted =
    verb === 'init'
      ? state_bucket === undefined
        ? []
        : backend.map((setting) => `-backend-config=${setting}`)
      : Object.entries(folder === 'terraform' ? variables : shared).map(([k, v]) => `${k}=${v}`);
  const given = verb === 'init' ? args : args.filter((arg) => arg !== '-var');
  return JSON.stringify(given.toSorted()) === JSON.stringify(wanted.toSorted())
    ? []
    : [`gives ${given.join(' ')}, not ${wanted.join(' ')}`];
}

/** `npm run TOOL -- …` and `npx shakesapp TOOL …`, from TOOL on. */
function toolProblems(words: readonly (string | undefined)[], variables: Variables): string[] {
  const place = `${variables.project_id} in ${regionOf(variables)}`;
  try {
    const parsed = parsedBy(words.filter((word) => word !== undefined));
    if (parsed === place || parsed === variables.project_id) return [];
    return [`asks ${parsed}, not ${place}`];
  } catch (error) {
    return [String(error)];
  }
}

/** By the command line's own parser, which throws at a flag that it does not know. */
function parsedBy(words: readonly string[]): string | undefined {
  const asked = createCommandLine('0').read(words, {});
  switch (asked.command) {
    case 'preflight':
    case 'load': {
      const { project, region } = asked.flags;
      return `${project} in ${region}`;
    }
    case 'compare':
      return asked.flags.project;
    default:
      return undefined;
  }
}
