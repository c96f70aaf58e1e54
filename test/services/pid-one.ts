import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Runs a command as PID 1 of a namespace, as a container does; the command ends with it. */
export const AS_PID_ONE = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  '--pid',
  '--fork',
  '--kill-child',
] as const satisfies readonly [string, ...string[]];

/** Why this machine cannot do that; undefined where it can. */
export function noPidOne(): string | undefined {
  const [command, ...args] = AS_PID_ONE;
  const { error, status, stderr } = spawnSync(command, [...args, 'true'], { encoding: 'utf8' });
  if (error) return `no ${command}: ${error.message}`;
  return status === 0 ? undefined : `${command} cannot make a PID namespace: ${stderr.trim()}`;
}

/** The environment of a program that gets this signal once it has its first handler for SIGTERM. */
export function signalledEarly(signal: NodeJS.Signals): Record<string, string> {
  const marksModules = 'data:text/javascript,globalThis.modulesRun=true';
  return {
    NODE_OPTIONS: `--require=./test/services/signalled-early.cjs --import=${marksModules}`,
    SIGNALLED_EARLY: signal,
  };
}

/** The PID, outside the namespace, of what that `unshare` runs. */
export function pidOne(unshare: number): number {
  return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8'));
}
