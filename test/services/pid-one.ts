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

/**
 * For NODE_OPTIONS: the program gets this signal once it has its first handler for SIGTERM. Node has
 * another before, which ends a process by the signal's default; PID 1 has none, so that is ignored.
 * Exits 3 where the telemetry comes before that handler: its modules take most of a start.
 */
export function signalledEarly(signal: NodeJS.Signals): string {
  return `--import=data:text/javascript,${encodeURIComponent(`
    process.on('newListener', function onListener(event) {
      if (event !== 'SIGTERM') return;
      process.off('newListener', onListener);
      if (globalThis[Symbol.for('opentelemetry.js.api.1')]) process.exit(3);
      process.nextTick(() => process.kill(process.pid, '${signal}'));
    });
  `)}`;
}

/** The PID, outside the namespace, of what that `unshare` runs. */
export function pidOne(unshare: number): number {
  return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8'));
}
