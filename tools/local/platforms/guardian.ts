import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends the programs should this process be killed outright: a program that is stopped (SIGSTOP)
 * would outlive it for ever, and no handler of ours runs on SIGKILL. A shell holds the other end of
 * a pipe; when the pipe breaks, it kills every process group that it was told of and not untold.
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
  // detached: a Ctrl-C in the terminal reaches the whole foreground group, and must not reach it
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = once(shell, 'exit');
  // a broken pipe only means that the guardian is gone; the programs are still ended by close()
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
