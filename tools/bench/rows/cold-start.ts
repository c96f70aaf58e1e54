/**
 * From spawn to 'listening', and to the first request that is answered and whose spans are stored:
 * each program with the command that the images run, against a bare `node -e 0`. Programs that a
 * first request needs are up already, and untraced, so that every stored span is the program's.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_QUERIES } from '../../local/cloud/storage/works.ts';
import type { ProgramName } from '../../local/platforms/platform.ts';
import type { Figure, Opened, Row, Sample } from '../row.ts';
import { type BenchSystem, benchCommand } from '../system/bench-system.ts';
import type { BuiltPrograms } from '../system/built-programs.ts';
import type { Stored } from '../system/cloud.ts';
import { FIRST_REQUEST } from '../system/first-request.ts';
import { measureUsage } from '../system/measure-usage.ts';
import { cpuMsOf, listeningPort } from '../system/process.ts';

const PROGRAMS = ['loadgen', 'client', 'server'] as const;
const POLL_MS = 5;
const STORED_WITHIN_MS = 30_000;
const KNOWN = { query: 'world', expected: LOCAL_QUERIES.world ?? 0 };

/** Nothing but its own CPU. */
const BARE = `const u = process.resourceUsage(); console.log((u.userCPUTime + u.systemCPUTime) / 1e3)`;

type Env = Readonly<Record<string, string>>;
const TRACED: Env = { SPAN_FLUSH: 'before-response' };
const UNTRACED: Env = { OTEL_SDK_DISABLED: 'true' };

export const row: Row = {
  rounds: { quick: 1, full: 11 },
  async open({ buildPrograms, startSystem }): Promise<Opened> {
    const built = await buildPrograms();
    const system = await startSystem();
    const close = async () => {
      await system.close();
      await built.remove();
    };
    try {
      const [client, server] = (await system.startPair(UNTRACED)).programs;
      const upstream = {
        CLIENT_ADDR: `127.0.0.1:${client?.port}`,
        SERVER_ADDR: `127.0.0.1:${server?.port}`,
      };
      const variants = PROGRAMS.flatMap((program) => [
        [program, { run: () => start({ system, built, program }, { ...TRACED, ...upstream }) }],
        [
          `${program}, untraced`,
          { run: () => start({ system, built, program }, { ...UNTRACED, ...upstream }) },
        ],
      ]);
      return {
        variants: { bare: { run: runBare }, ...Object.fromEntries(variants) },
        figures: PROGRAMS.flatMap(figuresOf),
        check: (answer) => (answer === null ? undefined : String(answer)),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

const figuresOf = (program: ProgramName): readonly Figure[] => {
  const common = { ours: program, other: 'bare', unit: 'ms' };
  return [
    {
      ...common,
      variant: `${program}: to listening`,
      metric: 'listeningMs',
      goal: { of: 'ratio', atMost: 5 },
    },
    {
      ...common,
      variant: `${program}: CPU to listening`,
      metric: 'listeningCpuMs',
      goal: null,
    },
    {
      ...common,
      variant: `${program}: to its first answer, stored`,
      metric: 'answeredMs',
      goal: { of: 'ratio', atMost: 7 },
    },
    {
      ...common,
      ours: `${program}, untraced`,
      variant: `${program}, untraced: to listening`,
      metric: 'listeningMs',
      goal: null,
    },
  ];
};

async function runBare(): Promise<Sample> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['-e', BARE], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  });
  const ended = once(child, 'close');
  const said = Buffer.concat(await child.stdout.toArray()).toString();
  const [code] = await ended;
  const ms = performance.now() - startMs;
  return {
    metrics: { listeningMs: ms, answeredMs: ms, listeningCpuMs: Number.parseFloat(said) },
    answer: code === 0 ? null : `bare node ended with ${code}`,
  };
}

type Started = Readonly<{ system: BenchSystem; built: BuiltPrograms; program: ProgramName }>;

async function start(of: Started, env: Env): Promise<Sample> {
  await of.system.cloud.ask('clear');
  const { result, othersCpuMs } = await measureUsage(of.system, [], () => startOnce(of, env));
  return { ...result, othersCpuMs };
}

async function startOnce({ system, built, program }: Started, env: Env): Promise<Sample> {
  const { addresses } = system;
  const command = benchCommand(program, { addresses, queries: LOCAL_QUERIES, env });
  const startMs = performance.now();
  const image = built.command(program);
  const child = spawn(process.execPath, image.args, {
    cwd: image.cwd,
    env: { ...command.env, ...image.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const port = await listeningPort(child);
    const listeningMs = performance.now() - startMs;
    const listeningCpuMs = cpuMsOf(child.pid);
    const unanswered = await FIRST_REQUEST[program](port, KNOWN);
    const isTraced = env.OTEL_SDK_DISABLED === undefined;
    const wrong = unanswered ?? (isTraced ? await anyStored(system) : null);
    const answeredMs = performance.now() - startMs;
    const totalCpuMs = cpuMsOf(child.pid);
    const metrics = { listeningMs, listeningCpuMs, answeredMs, totalCpuMs };
    return { metrics, answer: wrong };
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/**
 * The wait before a response is bounded, and a first export may take longer. Null, or what is wrong.
 */
async function anyStored(system: BenchSystem): Promise<string | null> {
  const untilMs = performance.now() + STORED_WITHIN_MS;
  while (performance.now() < untilMs) {
    if ((await system.cloud.ask<Stored>('stored', 1)).spans > 0) return null;
    await sleep(POLL_MS);
  }
  return 'no span of the first request was stored';
}
