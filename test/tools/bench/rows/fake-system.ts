import type {
  BenchSystem,
  Pair,
  StartSystem,
} from '../../../../tools/bench/system/bench-system.ts';
import type { Stored } from '../../../../tools/bench/system/cloud.ts';
import type { LoadResult } from '../../../../tools/bench/system/load.ts';
import type { BenchProcess } from '../../../../tools/bench/system/process.ts';

type Env = Readonly<Record<string, string>>;
type Burst = Readonly<{ origin: string; requests: number; connections: number }>;

export type FakeAnswers = Readonly<{
  /** CPU of client and server together; by their environment, or null for bare handlers. */
  cpuMs?: (env: Env | null) => number;
  load?: (env: Env | null, delayMs: number) => Partial<LoadResult>;
  stored?: (burst: Burst, env: Env | null) => Partial<Stored>;
  downloads?: Readonly<{ bytes: number; wrong: string | null }>;
}>;

const isStored = (env: Env | null) =>
  env !== null && env.OTEL_SDK_DISABLED === undefined && env.OTEL_TRACES_EXPORTER !== 'none';

/** A system without processes, which records what a row asks of it. */
export function createFakeSystem(answers: FakeAnswers = {}) {
  const { cpuMs = () => 1, load = () => ({}), stored = () => ({}) } = answers;
  const environments: (Env | null)[] = [];
  const startedFrom: unknown[] = [];
  const bursts: Burst[] = [];
  const cpu = new Map<string, number>();
  let works: unknown;
  let closed = 0;
  let stopped = 0;
  let delayMs = 0;
  const envOf = ({ origin }: Burst) => environments[Number(origin)] ?? null;
  const spend = (who: string, ms: number) => cpu.set(who, (cpu.get(who) ?? 0) + ms);
  const process = (who: string, ask: (what: string, about: unknown) => unknown): BenchProcess => ({
    ask: async <Result>(what: string, about?: unknown) => ask(what, about) as Result,
    usage: async () => ({ cpuMs: cpu.get(who) ?? 0, peakMb: 50, allocatedKb: 0 }),
    async stop() {
      stopped += 1;
    },
  });
  const nothing = () => undefined;
  const startPair = async (env: Env | null, from?: unknown): Promise<Pair> => {
    startedFrom.push(from);
    const origin = String(environments.push(env) - 1);
    const names = [`client ${origin}`, `server ${origin}`];
    return { origin, programs: names.map((name) => ({ ...process(name, nothing), port: 1 })) };
  };
  const system: BenchSystem = {
    addresses: {
      ...{ projectId: 'test', metadataHost: '', traceWriteAddress: '', otlpOrigin: '' },
      ...{ storageOrigin: '', configDir: '', authority: { certFile: '' } },
    },
    load: process('load', nothing),
    cloud: process('cloud', (what, about) => {
      if (what === 'delayWrites') delayMs = about as number;
      if (what !== 'stored') return undefined;
      const last = bursts.at(-1) ?? { origin: '', requests: 0, connections: 0 };
      const requests = isStored(envOf(last)) ? last.requests : 0;
      const all = {
        traces: requests,
        complete: requests,
        spans: 6 * requests,
        writes: 2 * requests,
      };
      return { ...all, ...stored(last, envOf(last)) };
    }),
    startPair,
    startBarePair: () => startPair(null),
    startDownloads: (by) =>
      process(by, (_, queries) => {
        spend(by, (by === 'library' ? 1.5 : 1) * cpuMs(null) * (queries as number));
        return answers.downloads ?? { bytes: 6_000_000, wrong: null };
      }),
    async run(burst) {
      bursts.push(burst);
      const env = envOf(burst);
      spend(`client ${burst.origin}`, (cpuMs(env) * burst.requests) / 4);
      spend(`server ${burst.origin}`, (cpuMs(env) * burst.requests * 3) / 4);
      spend('load', burst.requests);
      spend('cloud', burst.requests / 2);
      const right = { wallMs: 1_000, p50Ms: 5, p99Ms: 9, answered: burst.requests, wrong: null };
      return { ...right, ...load(env, delayMs) };
    },
    async close() {
      closed += 1;
    },
  };
  const startSystem: StartSystem = async (options) => {
    works = options?.works;
    return system;
  };
  const counts = { closed: () => closed, stopped: () => stopped };
  return { startSystem, environments, startedFrom, bursts, works: () => works, ...counts };
}
