import { checkOutput, UsageError } from '../cli/command-line.ts';
import type { ConformanceFlags } from '../cli/commands/conformance.ts';
import type { ProgramName } from '../local/platforms/platform.ts';

export type Options = Readonly<{
  program: ProgramName;
  host: string;
  port: number;
  command: string | undefined;
  json: string | true | undefined;
}>;

const PROGRAMS = ['server', 'client', 'loadgen'] as const;

/** Throws UsageError. */
export function parseOptions(flags: ConformanceFlags): Options {
  const { json, command } = flags;
  checkOutput('json', json);
  const given = PROGRAMS.filter((program) => flags[program] !== undefined);
  const [program, another] = given;
  if (program === undefined || another !== undefined) {
    throw new UsageError(
      'what should be checked? Give exactly one of --server HOST:PORT, --client URL, --loadgen URL',
    );
  }
  if (command !== undefined && command.trim() === '') {
    throw new UsageError('--command is empty; allowed: what a shell runs, such as ./server');
  }
  const value = flags[program] ?? '';
  const address = program === 'server' ? parseAddress(value) : parseUrl(program, value);
  return { program, ...address, command, json };
}

function parseAddress(value: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) {
    throw new UsageError(
      `--server is ${JSON.stringify(value)}; allowed: HOST:PORT, such as localhost:5050`,
    );
  }
  return { host: match[1] ?? match[2] ?? '', port };
}

function parseUrl(program: ProgramName, value: string): { host: string; port: number } {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain =
    url?.protocol === 'http:' &&
    url.pathname === '/' &&
    `${url.search}${url.hash}${url.username}` === '';
  if (!url || !isPlain) {
    throw new UsageError(
      `--${program} is ${JSON.stringify(value)}; allowed: http://HOST:PORT, without a path`,
    );
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
}
