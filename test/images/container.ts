import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { grpcCheck, httpCheck } from '../../tools/local/platforms/probes.ts';
import type { Probe } from '../terraform/planned-environment.ts';
import type { ContainerTools } from './container-tools.ts';
import { type Forward, forwardPort } from './forward-port.ts';

export type ContainerOptions = Readonly<{
  name: string;
  image: string;
  /** Loopback address that it listens on, so that planned ports never collide. */
  host: string;
  port: number;
  env: Readonly<Record<string, string>>;
  limits: Readonly<{ cpu: string; memory: string }>;
  /** The image's own where absent. */
  userId?: number | undefined;
  command?: readonly string[];
  args?: readonly string[];
  /** Host name → address. */
  hosts?: Readonly<Record<string, string>>;
  /** File here → path in the container, read-only. */
  files?: Readonly<Record<string, string>>;
}>;

export type Container = Readonly<{
  /** On 127.0.0.1, for whoever knows no other address. */
  port: number;
  lines(): readonly string[];
  exited: Promise<number | null>;
  /** Asks until the probe succeeds; resolves to the milliseconds since the start. */
  ready(probe: Probe): Promise<number>;
  check(probe: Probe): Promise<boolean>;
  /** SIGTERM, and SIGKILL where that does not end it; resolves to the exit code. */
  stop(): Promise<number | null>;
  close(): Promise<void>;
}>;

const READY_WITHIN_MS = 60_000;
const POLL_MS = 10;
/**
 * Longer than the 10 s between Cloud Run's two signals: a program that does not end within its own
 * 9 s exits with 1, also on a busy machine.
 */
const STOP_WITHIN_MS = 60_000;

/** As both platforms confine it: read-only, without capabilities, within its limits. */
export async function startContainer(
  tools: ContainerTools,
  options: ContainerOptions,
): Promise<Container> {
  const startedMs = performance.now();
  const child = spawn('podman', [...tools.podmanArguments, ...runArguments(options)], {
    env: tools.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  let ended = false;
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      ended = true;
      resolve(code);
    });
  });
  const { host, port } = options;
  const forward: Forward = await forwardPort({ host: '127.0.0.1', port: 0 }, { host, port });

  const check = (probe: Probe) => {
    const ask =
      probe.kind === 'grpc' ? grpcCheck(forward.port) : httpCheck(forward.port, probe.path);
    return ask(AbortSignal.timeout(probe.timeoutSeconds * 1000)).catch(() => false);
  };
  const signal = (name: string) => tools.podman(['kill', '--signal', name, options.name]);
  return {
    port: forward.port,
    lines: () => lines,
    exited,
    check,
    async ready(probe) {
      if (probe.port !== port) throw new Error(`probed at ${probe.port}, listens on ${port}`);
      while (!(await check(probe))) {
        const elapsedMs = performance.now() - startedMs;
        if (ended || elapsedMs > READY_WITHIN_MS) {
          throw new Error(`${options.name} did not get ready:\n${lines.join('\n')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      return performance.now() - startedMs;
    },
    async stop() {
      if (ended) return exited;
      await signal('TERM');
      const timer = setTimeout(() => void signal('KILL').catch(() => {}), STOP_WITHIN_MS);
      return exited.finally(() => clearTimeout(timer));
    },
    async close() {
      if (!ended) await signal('KILL').catch(() => {});
      await exited;
      await forward.close();
    },
  };
}

function runArguments(options: ContainerOptions): string[] {
  const { limits, command = [], args = [] } = options;
  const [entry, ...rest] = command;
  return [
    ...['run', '--rm', '--name', options.name, '--pull', 'never', '--log-driver', 'none'],
    ...['--network', 'host', '--read-only', '--read-only-tmpfs=false'],
    ...['--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
    // Kubernetes' unit, without the i: podman's are powers of two as well
    ...[
      '--cpus',
      limits.cpu.replace(/^(\d+)m$/, (_, milli: string) => String(Number(milli) / 1000)),
    ],
    ...['--memory', limits.memory.replace(/i$/, '').toLowerCase()],
    ...(options.userId === undefined ? [] : ['--user', String(options.userId)]),
    ...Object.entries(options.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(options.hosts ?? {}).flatMap(([name, at]) => ['--add-host', `${name}:${at}`]),
    ...Object.entries(options.files ?? {}).flatMap(([at, to]) => ['--volume', `${at}:${to}:ro`]),
    ...(entry === undefined ? [] : ['--entrypoint', entry]),
    options.image,
    ...rest,
    ...args,
  ];
}
