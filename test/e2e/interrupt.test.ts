import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../rules/sources.ts';
import { childEnvironment } from '../run-to-end.ts';

/**
 * `script` of util-linux gives the program a real terminal, so that Ctrl-C is the byte 0x03 that
 * the terminal turns into SIGINT for the whole foreground group, as when a person presses it.
 * `exec`, because a person's shell is not in that group, and one that is ends with 130 by itself.
 */
async function startInTerminal(t: TestContext) {
  const child = spawn(
    'script',
    ['-qec', 'exec npm start -- --requests 3 --interval 50', '/dev/null'],
    {
      cwd: ROOT,
      env: childEnvironment({ NO_COLOR: '1', TERM: 'xterm' }),
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  t.after(() => child.exitCode === null && child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, exited, output: () => output };
}

async function until(what: string, holds: () => boolean, output: () => string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 600_000; waitedMs += 100) {
    if (holds()) return;
    await sleep(100);
  }
  assert.fail(`${what} did not happen within 10 min:\n${output()}`);
}

/** Every process below one, however deep: the fourth field of /proc/PID/stat is the parent. */
function descendantsOf(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat)
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === ancestor || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Addresses in the kernel's hexadecimal form that the processes listen on, from /proc/net/tcp. */
function listenersOf(pids: readonly number[]): string[] {
  const inodes = new Set(
    pids.flatMap((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return []; // it has just ended
      }
    }),
  );
  const LISTEN = '0A';
  return ['tcp', 'tcp6'].flatMap((table) => {
    const file = `/proc/net/${table}`;
    if (!existsSync(file)) return [];
    const rows = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
    return rows
      .map((row) => row.trim().split(/\s+/))
      .filter((row) => row[3] === LISTEN && inodes.has(`socket:[${row[9]}]`))
      .map(([, local = '']) => local);
  });
}

function accepts(origin: string): Promise<boolean> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const canRun = existsSync('/usr/bin/script') && existsSync('/proc/self/environ');

test('Ctrl-C in a terminal ends npm start with 0 and leaves no process and no port', {
  skip: canRun ? false : 'needs the command script (util-linux) and /proc',
}, async (t) => {
  const { child, exited, output } = await startInTerminal(t);
  await until(
    'a trace of each platform',
    () => /Cloud Run \(local\).*lines/.test(output()) && /GKE \(local\).*lines/.test(output()),
    output,
  );
  const page = /http:\/\/127\.0\.0\.1:\d+\//.exec(output())?.[0] ?? '';
  assert.ok(await accepts(page));
  const processes = descendantsOf(child.pid ?? 0);
  assert.ok(processes.length >= 7, `npm start and three programs on each platform: ${processes}`);
  const listening = listenersOf(processes);
  assert.ok(
    listening.length >= 10,
    `the local cloud, front ends, Services, programs: ${listening}`,
  );
  assert.deepEqual(
    listening.filter(
      (address) => !/^(0100007F|0{24}01000000|0{16}FFFF00000100007F):/.test(address),
    ),
    [],
    'nobody else is to reach what runs at a desk',
  );

  child.stdin.write('\u0003');
  assert.equal(await exited, 0, output());
  // Between the two a program may warn.
  assert.match(output(), /^SIGINT: stopping\. Every program .*^Everything has stopped, after /ms);
  assert.deepEqual(processes.filter(readStat), []);
  assert.equal(await accepts(page), false);
});

test('a burst that is stopped while it starts fires nothing and does not exit with 0', async (t) => {
  const child = spawn(process.execPath, ['tools/cli/main.ts', 'up', '--once'], {
    cwd: ROOT,
    env: childEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.exitCode === null && child.kill('SIGKILL'));
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    // Once: a process that has ended its work and is about to exit handles no signal.
    if (!child.killed && /local cloud: /.test(output)) child.kill('SIGINT');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  assert.equal(code, 1, output);
  assert.doesNotMatch(output, /run 1 of/);
});
