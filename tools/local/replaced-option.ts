import { UsageError } from '../cli/command-line.ts';
import type { PlatformName, ProgramName } from './platforms/platform.ts';
import { isAddress, type Replacement, renderReplacement } from './platforms/replacement.ts';

/** One program of one platform, and what takes its place. */
export type Replaced = Readonly<{
  platform: PlatformName;
  program: ProgramName;
  by: Replacement;
}>;

const ALLOWED =
  'PROGRAM=COMMAND or PROGRAM=HOST:PORT with PROGRAM server, client or loadgen, for one platform ' +
  "alone with cloud_run/ or gke/ before it, for example server='go run .' or gke/server=localhost:5050";

/** Parses every `--replace` for the platforms that run. Throws UsageError. */
export function parseReplaced(
  values: readonly string[],
  platforms: readonly PlatformName[],
  billing: 'instance' | 'request',
): readonly Replaced[] {
  const replaced = values.flatMap((value) => parseOne(value, platforms));
  for (const [index, one] of replaced.entries()) {
    const flag = `--replace ${one.program}=${renderReplacement(one.by)}`;
    const same = ({ program, platform }: Replaced) =>
      program === one.program && platform === one.platform;
    if (replaced.findIndex(same) !== index) {
      throw new UsageError(`${flag}: ${one.program} is replaced twice on ${one.platform}`);
    }
    if (isAddress(one.by) && one.platform === 'cloud_run' && billing === 'request') {
      throw new UsageError(
        `${flag} with --billing request: the CPU of a program that you start cannot be stopped; ` +
          'use --replace with a command, or --billing instance',
      );
    }
  }
  return replaced;
}

function parseOne(value: string, running: readonly PlatformName[]): readonly Replaced[] {
  const match = /^(?:(cloud_run|gke)\/)?(loadgen|client|server)=(.*\S.*)$/s.exec(value);
  if (!match) throw new UsageError(`--replace is ${JSON.stringify(value)}; allowed: ${ALLOWED}`);
  const asked = match[1] as PlatformName | undefined;
  const program = match[2] as ProgramName;
  const by = parseReplacement(value, (match[3] ?? '').trim());
  if (asked !== undefined && !running.includes(asked)) {
    throw new UsageError(
      `--replace ${value}: ${asked} does not run; allowed with --platforms ${running.join(',')}: ${running.join(' or ')}`,
    );
  }
  const platforms = asked === undefined ? running : [asked];
  if (isAddress(by) && program !== 'server' && platforms.length > 1) {
    throw new UsageError(
      `--replace ${value}: one ${program} cannot call the services of both platforms; allowed: ` +
        `cloud_run/${program}=HOST:PORT, gke/${program}=HOST:PORT, or one platform with --platforms`,
    );
  }
  return platforms.map((platform) => ({ platform, program, by }));
}

function parseReplacement(value: string, what: string): Replacement {
  if (/^[a-z]+:\/\//i.test(what)) {
    throw new UsageError(`--replace ${value} is a URL; allowed: ${ALLOWED}`);
  }
  // No shell finds a program of that name.
  const [, bare] = /^:?(\d+)$/.exec(what) ?? [];
  if (bare !== undefined) {
    throw new UsageError(
      `--replace ${value} has no host; allowed: HOST:PORT, such as localhost:${bare}`,
    );
  }
  const match = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d+)$/.exec(what);
  if (!match) return { command: what };
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) {
    throw new UsageError(`--replace ${value}: port ${match[3]}; allowed: 1 to 65535`);
  }
  return { host: match[1] ?? match[2] ?? '', port };
}

/** What of this platform is replaced, for its settings. */
export const replacedOn = (
  replaced: readonly Replaced[],
  platform: PlatformName,
): Readonly<Partial<Record<ProgramName, Replacement>>> =>
  Object.fromEntries(
    replaced.filter((one) => one.platform === platform).map(({ program, by }) => [program, by]),
  );

export const programsReplaced = (
  replaced: readonly Replaced[],
  platform: PlatformName,
): ReadonlySet<ProgramName> =>
  new Set(replaced.filter((one) => one.platform === platform).map(({ program }) => program));

/** For people: what is not ours. */
export const renderReplaced = ({ platform, program, by }: Replaced): string =>
  `replaced: ${program} on ${platform} by ${renderReplacement(by)}`;
