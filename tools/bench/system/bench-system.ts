import { join } from 'node:path';
import { HEAP_GROWTH } from '../../../lib/heap-growth.ts';
import { createClosers } from '../../local/closers.ts';
import { LOCAL_QUERIES, WORKS_BUCKET, WORKS_PREFIX } from '../../local/cloud/storage/works.ts';
import { REPOSITORY, YOUNG_SPACE } from '../../local/platforms/environment.ts';
import type { ProgramName } from '../../local/platforms/platform.ts';
import { CONTAINER_HEAP, programCommand } from '../../local/platforms/program-command.ts';
import type { BuiltPrograms } from './built-programs.ts';
import type { ServedAddresses } from './cloud.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { type BenchProcess, listeningPort, startProcess } from './process.ts';

export type Program = BenchProcess & Readonly<{ port: number }>;

/** Client and server, each a process. */
export type Pair = Readonly<{ origin: string; programs: readonly Program[] }>;

/** The local cloud and the load, each in a process, and as many pairs of programs as a row needs. */
export type BenchSystem = Readonly<{
  cloud: BenchProcess;
  load: BenchProcess;
  addresses: ServedAddresses;
  /** Starts client and server with these variables: from sources, or as the images run them. */
  startPair(env: Readonly<Record<string, string>>, built?: BuiltPrograms): Promise<Pair>;
  /** The same hops with bare handlers, which answer this count; the first one by this library. */
  startBarePair(count: number, http: 'node:http' | 'Fastify'): Promise<Pair>;
  /** Reads the works when asked to, with nothing but node:http or with nothing but Google's library. */
  startDownloads(by: 'node:http' | 'library'): BenchProcess;
  run(options: Omit<LoadOptions, 'queries'>): Promise<LoadResult>;
  close(): Promise<void>;
}>;

export type SystemOptions = Readonly<{
  /** A folder of works, and their queries; the bundled plays without one. */
  works?: Readonly<{ folder: string; queries: Readonly<Record<string, number>> }>;
}>;

export type StartSystem = (options?: SystemOptions) => Promise<BenchSystem>;

export async function startBenchSystem({ works }: SystemOptions = {}): Promise<BenchSystem> {
  const closers = createClosers();
  const start = (args: readonly string[], options?: Parameters<typeof startProcess>[1]) => {
    const started = startProcess(args, options);
    closers.add(started.stop);
    return started;
  };
  try {
    const folder = works === undefined ? [] : [works.folder];
    const cloud = start([join(import.meta.dirname, 'cloud.ts'), ...folder]);
    const load = start([join(import.meta.dirname, 'load.ts')]);
    const addresses = await cloud.ask<ServedAddresses>('addresses');
    const queries = works?.queries ?? LOCAL_QUERIES;
    const startProgram = async (
      name: ProgramName,
      env: Readonly<Record<string, string>>,
      built?: BuiltPrograms,
    ) => {
      const sources = benchCommand(name, { addresses, queries, env });
      // The heap of a container stays for what is built: V8 takes the code cache with it.
      const { args, cwd } = built?.command(name) ?? { ...sources, cwd: REPOSITORY };
      const started = start(args, { env: sources.env, cwd });
      return { ...started, port: await listeningPort(started.child) };
    };
    // The same heap options as our programs. As arguments they slow the start, which no row measures here.
    const startFile = (file: string, ...args: readonly string[]) =>
      start([CONTAINER_HEAP, YOUNG_SPACE, HEAP_GROWTH, join(import.meta.dirname, file), ...args]);
    const startBare = async (file: string, argument: string) => {
      const started = startFile(file, argument);
      return { ...started, port: await listeningPort(started.child) };
    };
    return {
      cloud,
      load,
      addresses,
      async startPair(env, built) {
        const server = await startProgram('server', env, built);
        const upstream = { SERVER_ADDR: `127.0.0.1:${server.port}` };
        const client = await startProgram('client', { ...env, ...upstream }, built);
        return { origin: `http://127.0.0.1:${client.port}`, programs: [client, server] };
      },
      async startBarePair(count, http) {
        const server = await startBare('bare-server.ts', String(count));
        const file = http === 'Fastify' ? 'bare-fastify.ts' : 'bare-client.ts';
        const client = await startBare(file, `127.0.0.1:${server.port}`);
        return { origin: `http://127.0.0.1:${client.port}`, programs: [client, server] };
      },
      startDownloads(by) {
        const file = by === 'library' ? 'library-downloads.ts' : 'bare-downloads.ts';
        return startFile(file, addresses.storageOrigin, WORKS_BUCKET, WORKS_PREFIX);
      },
      run: (options) => load.ask<LoadResult>('run', { ...options, queries }),
      close: closers.closeAll,
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** Arguments and environment of a program of the benchmarks. */
export function benchCommand(
  program: ProgramName,
  options: {
    addresses: ServedAddresses;
    queries: Readonly<Record<string, number>>;
    env: Readonly<Record<string, string>>;
  },
): ReturnType<typeof programCommand> {
  const { addresses, queries, env } = options;
  return programCommand({
    program,
    pod: `${program}-1`,
    cloud: addresses,
    metadataHost: addresses.metadataHost,
    settings: { imageTag: 'bench', knownQueries: queries },
    env: { ...COMMON, ...env },
  });
}

/** A deadline that a busy machine meets, and batches often enough that no round waits long for its last. */
const COMMON: Readonly<Record<string, string>> = {
  NODE_OPTIONS: CONTAINER_HEAP,
  OTEL_BSP_EXPORT_TIMEOUT: '30000',
  OTEL_BSP_SCHEDULE_DELAY: '1000',
};
