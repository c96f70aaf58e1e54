import { substitutionProblems } from './substitutions.ts';

export type Step = Readonly<{
  id?: string;
  name: string;
  script?: string;
  entrypoint?: string;
  args?: readonly string[];
  env?: readonly string[];
  waitFor?: readonly string[];
}>;

export type Build = Readonly<{
  steps: readonly Step[];
  images?: readonly string[];
  substitutions?: Readonly<Record<string, string>>;
  serviceAccount?: string;
  logsBucket?: string;
  timeout?: string;
  options?: Readonly<{ logging?: string; substitutionOption?: string }>;
  source?: Readonly<{ storageSource?: Readonly<{ bucket: string; object: string }> }>;
}>;

/** What exists in the project: what `terraform apply` made. */
export type Project = Readonly<{
  projectId: string;
  region: string;
  stagingBucket: string;
  /** E-mail address. */
  buildServiceAccount: string;
  /** host/project/repository */
  repository: string;
}>;

const MOST_SECONDS = 86_400;

/**
 * What Cloud Build answers a build with before it runs, or would end it with at its first or last
 * act (an account or repository that is not there). Empty for a build that is taken.
 * https://cloud.google.com/build/docs/build-config-file-schema
 */
export function buildProblems(build: Build, project: Project): string[] {
  return [
    ...substitutionProblems(build, build.substitutions ?? {}),
    ...stepProblems(build.steps ?? []),
    ...accountProblems(build, project),
    ...imageProblems(build, project),
    ...timeoutProblems(build),
  ];
}

function stepProblems(steps: readonly Step[]): string[] {
  if (steps.length === 0) return ['a build must have at least one step'];
  const problems: string[] = [];
  const before = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const where = `build step ${index}`;
    if (!step.name) problems.push(`${where} has no name`);
    if (step.script && (step.entrypoint || step.args?.length)) {
      problems.push(`${where}: script cannot be used with entrypoint or args`);
    }
    for (const id of step.waitFor ?? []) {
      if (id !== '-' && !before.has(id)) problems.push(`${where} waits for unknown step "${id}"`);
    }
    if (step.id !== undefined && before.has(step.id)) {
      problems.push(`${where}: duplicate step id "${step.id}"`);
    }
    if (step.id !== undefined) before.add(step.id);
  }
  return problems;
}

function accountProblems(build: Build, project: Project): string[] {
  const name = build.serviceAccount;
  if (!name) return ['the build names no service account'];
  const email = name
    .split('/')
    .at(-1)
    ?.replaceAll(/\$\{?PROJECT_ID\}?/g, project.projectId);
  const logging = build.options?.logging ?? '';
  return [
    ...(email === project.buildServiceAccount ? [] : [`service account ${email} does not exist`]),
    ...(build.logsBucket || ['CLOUD_LOGGING_ONLY', 'NONE'].includes(logging)
      ? []
      : [
          "if 'build.service_account' is specified, the build must either specify 'build.logs_bucket' or use CLOUD_LOGGING_ONLY or NONE logging",
        ]),
  ];
}

function imageProblems(build: Build, project: Project): string[] {
  const values: Record<string, string> = { PROJECT_ID: project.projectId, ...build.substitutions };
  const filled = (build.images ?? []).map((image) =>
    image.replaceAll(/\$\{?([A-Z_]+)\}?/g, (_, name: string) => values[name] ?? name),
  );
  return filled
    .filter((image) => !image.startsWith(`${project.repository}/`))
    .map((image) => `${image} cannot be pushed: there is no such repository`);
}

function timeoutProblems({ timeout }: Build): string[] {
  const seconds = Number(/^(\d+)s$/.exec(timeout ?? '600s')?.[1] ?? Number.NaN);
  return seconds > 0 && seconds <= MOST_SECONDS ? [] : [`invalid timeout ${timeout}`];
}
