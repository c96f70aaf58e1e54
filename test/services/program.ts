import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LogLine } from './log-lines.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Reports what listens, connects or looks up a name. */
const SOCKET_TRAP = `
  import net from 'node:net';
  import dgram from 'node:dgram';
  import dns from 'node:dns';
  import { syncBuiltinESMExports } from 'node:module';
  const tell = (what) => () => { process.stderr.write('SOCKET ' + what + '\\n'); };
  net.Server.prototype.listen = tell('listen');
  net.Socket.prototype.connect = tell('connect');
  dgram.createSocket = tell('dgram');
  dns.lookup = dns.promises.lookup = tell('lookup');
  syncBuiltinESMExports();
`;

const LONG_DEADLINES = {
  SHUTDOWN_TIMEOUT_MS: '60000',
  OTEL_BSP_EXPORT_TIMEOUT: '60000',
  LOADGEN_REQUEST_TIMEOUT_SECONDS: '60',
  SERVER_DEADLINE_MS: '60000',
  WORKS_ATTEMPT_TIMEOUT_MS: '60000',
};

/** The programs' defaults: they must end within the 10 s that Cloud Run leaves between the signals. */
const SHUTDOWN_DEADLINES = { SHUTDOWN_TIMEOUT_MS: '9000', OTEL_BSP_EXPORT_TIMEOUT: '5000' };

/** A program of ours as a real process, started as it is everywhere, with its log lines parsed. */
export function startProgram(
  t: TestContext,
  options: {
    entry: string;
    env: Record<string, string>;
    trapSockets?: boolean;
    /** A command that runs the program, in place of this process itself. */
    under?: readonly [command: string, ...args: string[]];
    /**
     * For a program that hangs when it is told to stop: from then on time passes by turns, and the
     * defaults of a deployment's shutdown hold.
     */
    hangs?: boolean;
  },
) {
  const { entry, env, trapSockets = false, under, hangs = false } = options;
  const [command, ...args] = [...(under ?? []), process.execPath];
  const child = spawn(
    command ?? process.execPath,
    [
      ...args,
      '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR',
      '--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER',
      '--require=./lib/telemetry/early-signal.cjs',
      ...(trapSockets ? [`--import=data:text/javascript,${encodeURIComponent(SOCKET_TRAP)}`] : []),
      ...(hangs ? ['--import=./test/services/time-by-turns.ts'] : []),
      '--import=./lib/telemetry/preload.ts',
      entry,
    ],
    // Nothing of this process's own environment: only what the test says, and where the sources lie
    // stripped of their types. Deadlines that the test is not about are so long that a busy machine
    // meets them.
    {
      cwd: ROOT,
      env: {
        NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/shakesapp'),
        METADATA_SERVER_DETECTION: 'none',
        ...LONG_DEADLINES,
        ...(hangs ? SHUTDOWN_DEADLINES : {}),
        ...env,
      },
    },
  );
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const output = { stdout: '', stderr: '' };
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output.stdout += chunk;
    const complete = (rest + chunk).split('\n');
    rest = complete.pop() ?? '';
    for (const line of complete) lines.push(JSON.parse(line));
    for (const wake of waiting) wake();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output.stderr += chunk;
  });
  // 'close' rather than 'exit': all of its output has come by then.
  const closed = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  t.after(() => {
    child.kill('SIGKILL');
  });

  return {
    pid: child.pid ?? 0,
    lines,
    output,
    /** The first line, past or to come, with this message. */
    async line(message: string): Promise<LogLine> {
      for (;;) {
        const found = lines.find((line) => line.message === message);
        if (found) return found;
        const woken = Promise.withResolvers<void>();
        waiting.add(woken.resolve);
        const ended = closed.then(() => {
          throw new Error(`no line '${message}' before the end:\n${output.stdout}${output.stderr}`);
        });
        await Promise.race([woken.promise, ended]);
        waiting.delete(woken.resolve);
      }
    },
    spans: () =>
      lines
        .filter((line) => line.message === 'span')
        .map((line) => line.span as { name: string; kind: number; traceId: string }),
    signal: (name: NodeJS.Signals) => child.kill(name),
    async exit(): Promise<number | null> {
      const [code] = await closed;
      return code;
    },
  };
}

/** What every process says at its end (`telemetry stopped`), and what must hold of it. */
export function assertNoSpanLost(line: LogLine): void {
  const { started, ended, stored, lost, unknown } = line.spans as Record<string, number>;
  assert.deepEqual({ ended, lost, unknown }, { ended: started, lost: 0, unknown: 0 });
  assert.equal(stored, started);
}

/** Started with this environment it exits with 2, opens no socket and logs nothing; what it says. */
export async function linesOfRefusal(
  t: TestContext,
  entry: string,
  env: Record<string, string>,
): Promise<readonly string[]> {
  const program = startProgram(t, { entry, trapSockets: true, env });
  assert.equal(await program.exit(), 2);
  assert.equal(program.output.stdout, '');
  return program.output.stderr.trimEnd().split('\n');
}
