import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runToEnd } from '../run-to-end.ts';

/** Set by whoever has access to the registry: schemas then come from the real providers. */
export const REAL_PROVIDERS = process.env.TF_REAL_PROVIDERS === '1';

const RELEASES = 'https://releases.hashicorp.com/terraform/';

function findOnPath(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Why the terraform tests cannot run here, or false. Under CI nothing that could be installed is
 * skipped: there a missing terraform is an error.
 */
export async function reasonToSkip(
  machine: { path: string; isCi: boolean; canBeHad: () => Promise<boolean> } = {
    path: process.env.PATH ?? '',
    isCi: process.env.CI === 'true',
    canBeHad: isReleaseSiteReachable,
  },
): Promise<string | false> {
  if (findOnPath('terraform', machine.path)) return false;
  const reason = 'terraform is not installed (https://developer.hashicorp.com/terraform/install)';
  if (!machine.isCi) return reason;
  if (!(await machine.canBeHad())) return `${reason}, and ${RELEASES} is out of reach`;
  throw new Error(`${reason}, and under CI it must be: ${RELEASES} is reachable`);
}

async function isReleaseSiteReachable(): Promise<boolean> {
  try {
    return (await fetch(RELEASES, { method: 'HEAD', signal: AbortSignal.timeout(30_000) })).ok;
  } catch {
    return false;
  }
}

export type Outcome = Readonly<{ exitCode: number; stdout: string; stderr: string }>;

/**
 * Where the user keeps mirrors of providers, and the way out to the registry: what terraform needs
 * to reach the real providers behind a company's proxy.
 */
const WAY_OUT =
  /^(TF_CLI_CONFIG_FILE|TF_PLUGIN_CACHE_DIR|TF_TOKEN_\w+|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy)$/i;

/**
 * Environment of a terraform command. Against the stand-in it holds nothing of this machine's user:
 * their plugin mirrors and overrides would decide what is tested.
 */
export function environmentFor(
  realProviders: boolean,
  user: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const wayOut = Object.entries(user).filter(([name]) => WAY_OUT.test(name));
  return {
    PATH: user.PATH,
    HOME: user.HOME,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_CLI_ARGS: '-no-color',
    ...(realProviders ? Object.fromEntries(wayOut) : { TF_CLI_CONFIG_FILE: '/dev/null' }),
  };
}

/** Runs one terraform command in a folder. */
export async function runTerraform(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { code, ...output } = await runToEnd('terraform', args, {
    cwd: folder,
    timeoutMs: 120_000,
    env: { ...environmentFor(REAL_PROVIDERS, process.env), ...env },
  });
  return { exitCode: code ?? -1, ...output };
}

/** An error's text without terraform's frame, in one line. */
export function problemOf({ stdout, stderr }: Outcome): string {
  const text = `${stderr}\n${stdout}`.replaceAll(/[│╷╵]/g, ' ').replaceAll(/\s+/g, ' ');
  return /Error: .*/.exec(text)?.[0] ?? text.trim();
}
