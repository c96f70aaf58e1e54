import type { Clock } from '../../../lib/clock.ts';
import { programArguments, programEnvironment, REPOSITORY } from './environment.ts';
import { type EnvironmentFile, writeEnvironmentFile } from './environment-file.ts';
import type { Guardian } from './guardian.ts';
import type { InstanceJournal } from './journal.ts';
import type { CloudAccess, PlatformName } from './platform.ts';
import { type LogContent, type Program, startProgram } from './program.ts';
import { startRelay } from './relay.ts';
import { isAddress, renderReplacement } from './replacement.ts';
import { replacementVariables, withCaller } from './replacement-environment.ts';

/** What runs in a container: one of the three programs, or what replaces it. */
export type Contained = Readonly<{
  start(): Program;
  /** Removes what was written for it. */
  release(): Promise<void>;
}>;

/**
 * A command runs in a shell that outlives SIGTERM: else the group would be killed with the shell, and
 * the program in it could not store its last spans. The program itself gets the signal as usual.
 */
const SHELL = 'trap : TERM; eval "$1"';

/** Starts what replaces a program by a command, with the caller's own variables below its own. */
export const startCommand = (
  command: string,
  options: Readonly<{
    variables: Readonly<Record<string, string>>;
    caller: NodeJS.ProcessEnv;
    guardian: Guardian;
    onLine: (line: LogContent) => void;
    clock?: Clock;
  }>,
): Program => {
  const { variables, caller, ...rest } = options;
  return startProgram({
    ...rest,
    file: '/bin/sh',
    args: ['-c', SHELL, 'sh', command],
    cwd: process.cwd(),
    env: withCaller(variables, caller),
    stopsGroup: true,
  });
};

export async function prepareContained(options: {
  platform: PlatformName;
  environment: Omit<Parameters<typeof programEnvironment>[0], 'cloud'>;
  cloud: CloudAccess;
  /** Resource attributes that say on which platform a replacement runs. */
  identity: Readonly<Record<string, string>>;
  guardian: Guardian;
  clock: Clock;
  journal: InstanceJournal;
}): Promise<Contained> {
  const { environment, cloud, guardian, clock, journal } = options;
  const { program, settings, port } = environment;
  const caller = settings.caller ?? {};
  const common = { guardian, clock, onLine: journal.log };
  const replacement = settings.replaced?.[program];
  // What somebody else starts is on neither platform, and one such server may serve both.
  const place = isAddress(replacement)
    ? { resourceAttributes: {}, platformEnv: {}, identity: {} }
    : { ...environment, identity: options.identity };
  const env = programEnvironment({ ...environment, ...place, cloud });
  if (replacement === undefined) {
    const args = programArguments(program, settings);
    return {
      start: () => startProgram({ ...common, cwd: REPOSITORY, args, env }),
      release: async () => {},
    };
  }
  const variables = replacementVariables({
    program,
    own: env,
    metadataHost: environment.metadataHost,
    storageOrigin: cloud.storageOrigin,
    certFile: cloud.authority.certFile,
    caller,
    // The local OTLP endpoint asks for the project, as Google's does.
    platform: { ...place.identity, 'gcp.project_id': cloud.projectId },
  });
  if (!isAddress(replacement)) {
    const { command } = replacement;
    return {
      start: () => startCommand(command, { ...common, variables, caller }),
      release: async () => {},
    };
  }
  const { host, port: itsPort } = replacement;
  const file: EnvironmentFile = await writeEnvironmentFile(
    { platform: options.platform, program },
    { ...variables, HOST: host, PORT: String(itsPort) },
  );
  journal.event({
    type: 'awaited',
    address: renderReplacement(replacement),
    environmentFile: file.path,
  });
  return { start: () => startRelay({ port, to: replacement }), release: file.remove };
}
