import { loadgenVariables } from '../../functions/loadgen/config.ts';
import { loadRequestSchema } from '../../functions/loadgen/contract.ts';
import { ConfigError, parseEnv, type Variables } from '../../lib/config.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { SERVICES, type ServiceName } from '../../lib/telemetry/names.ts';
import { clientVariables } from '../../services/client/config.ts';
import { serverVariables } from '../../services/server/config.ts';
import type { PlannedEnvironment, PlannedProgram } from './planned-environment.ts';

export const VARIABLES: Readonly<Record<ServiceName, Variables>> = {
  loadgen: { ...telemetryVariables, ...loadgenVariables },
  client: { ...telemetryVariables, ...clientVariables },
  server: { ...telemetryVariables, ...serverVariables },
};

/** Names that no program reads itself: Kubernetes needs them to fill in other variables. */
const PLATFORM_NAMES = ['POD_NAME', 'POD_UID', 'NODE_NAME'];

/** What a container of the program really starts with: $(…) filled in, PORT set. */
export function environmentOf(program: PlannedProgram): Record<string, string> {
  const refs = Object.fromEntries(
    Object.keys(program.fieldRefs).map((name) => [
      name,
      `${name.toLowerCase().replace('_', '-')}-0`,
    ]),
  );
  const filled = Object.entries(program.env).map(([name, value]) => [
    name,
    value.replaceAll(/\$\((\w+)\)/g, (_, ref: string) => refs[ref] ?? `$(${ref})`),
  ]);
  return { PORT: String(program.port), ...refs, ...Object.fromEntries(filled) };
}

/** What the programs would say against the environment that is planned for them. */
export function environmentProblems(planned: PlannedEnvironment): string[] {
  const platforms = ['cloud_run', 'gke'] as const;
  return [
    ...platforms.flatMap((platform) =>
      SERVICES.flatMap((name) =>
        programProblems(name, planned[platform].programs[name]).map(
          (problem) => `${name} on ${platform}: ${problem}`,
        ),
      ),
    ),
    ...bodyProblems('Cloud Scheduler', planned.cloud_run.trigger.body),
    ...bodyProblems('CronJob', planned.gke.trigger.env.LOAD_BODY ?? ''),
  ];
}

function programProblems(name: ServiceName, program: PlannedProgram): string[] {
  const environment = environmentOf(program);
  const known = [...Object.keys(VARIABLES[name]), ...PLATFORM_NAMES];
  const problems = Object.keys(environment)
    .filter((variable) => !known.includes(variable))
    .map((variable) => `${variable} is unknown to the program`);
  try {
    const config = parseEnv(VARIABLES[name], environment);
    // A default would do on neither platform: the program must listen where it is probed.
    if (config.PORT !== program.port) problems.push(`PORT is ${config.PORT}, not ${program.port}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(error.message);
  }
  if (!environment.OTEL_RESOURCE_ATTRIBUTES?.includes('service.version=')) {
    problems.push('OTEL_RESOURCE_ATTRIBUTES has no service.version');
  }
  return problems;
}

function bodyProblems(sender: string, body: string): string[] {
  const result = loadRequestSchema.safeParse(JSON.parse(body));
  return result.success
    ? []
    : result.error.issues.map((issue) => `body of ${sender}: ${issue.message}`);
}
