import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends the programs if this process gets SIGKILL, on which no handler runs: a program that is
 * stopped (SIGSTOP) would outlive it for ever. A shell holds the other end of a pipe. When the pipe
 * breaks, the shell kills every process group that it watches.
 */
export type Guardian = Readonly<{
  watch(pid: number): void;
  forget(pid: number): void;
  close(): Promise<void>;
}>;

const SCRIPT = `
trap '' INT TERM HUP
pids=' '
while read -r word pid; do
  case $word in
    watch) pids="$pids$pid " ;;
    forget) kept=' '; for p in $pids; do [ "$p" = "$pid" ] || kept="$kept$p "; done; pids=$kept ;;
  esac
done
# no "--": dash takes it for a process
for p in $pids; do kill -KILL "-$p"; done
`;

export function startGuardian(): Guardian {
  // Detached: Ctrl-C in the terminal reaches every process of the foreground group.
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = once(shell, 'exit');
  // A broken pipe only means that the guardian is gone; close() still ends the programs.
  shell.stdin.on('error', () => {});
  return {
    watch: (pid) => shell.stdin.write(`watch ${pid}\n`),
    forget: (pid) => shell.stdin.write(`forget ${pid}\n`),
    async close() {
      shell.stdin.end();
      await exited;
    },
  };
}
