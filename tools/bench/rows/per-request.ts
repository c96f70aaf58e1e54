/**
 * CPU of server a query with WORKS_CACHE=per-request, untraced, over 42 objects of 5 MB in all,
 * against bare downloads of the same objects with their checksum. The library alone does the same by
 * @google-cloud/storage, without which server reads nothing: it shows what of the distance is ours.
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_QUERIES, readPlays, WORKS_PREFIX } from '../../local/cloud/storage/works.ts';
import type { Opened, Row, Sample } from '../row.ts';
import type { BenchSystem, Pair } from '../system/bench-system.ts';
import { measureUsage } from '../system/measure-usage.ts';
import type { BenchProcess } from '../system/process.ts';

const COPIES = 14;
const LEAST_BYTES = 5_000_000;

export const row: Row = {
  rounds: { quick: 2, full: 11 },
  async open({ quick, seed, startSystem }): Promise<Opened> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-works-'));
    await writeCopies(folder);
    const queries = Object.fromEntries(
      Object.entries(LOCAL_QUERIES).map(([query, count]) => [query, count * COPIES]),
    );
    const removeFolder = () => rm(folder, { recursive: true, force: true });
    const system = await startSystem({ works: { folder, queries } }).finally(removeFolder);
    try {
      const pair = await system.startPair({
        OTEL_SDK_DISABLED: 'true',
        WORKS_CACHE: 'per-request',
      });
      const bare = system.startDownloads('node:http');
      const library = system.startDownloads('library');
      const requests = quick ? 10 : 40;
      return {
        variants: {
          ours: { run: () => runServer(system, pair, { requests, seed }) },
          bare: { run: () => runDownloads(system, bare, requests) },
          library: { run: () => runDownloads(system, library, requests) },
        },
        figures: [
          {
            variant: 'CPU of server a query over 42 objects ÷ bare downloads',
            ours: 'ours',
            other: 'bare',
            metric: 'cpuMs',
            unit: 'ms',
            goal: { of: 'ratio', atMost: 1.5 },
          },
          {
            variant: 'the library alone ÷ bare downloads',
            ours: 'library',
            other: 'bare',
            metric: 'cpuMs',
            unit: 'ms',
            goal: null,
          },
          {
            variant: 'CPU of server a query ÷ the library alone',
            ours: 'ours',
            other: 'library',
            metric: 'cpuMs',
            unit: 'ms',
            goal: null,
          },
        ],
        check: (answer) => (answer === null ? undefined : String(answer)),
        close: system.close,
      };
    } catch (error) {
      await system.close();
      throw error;
    }
  },
};

async function writeCopies(folder: string): Promise<void> {
  for (const { name, bytes } of await readPlays()) {
    for (let copy = 0; copy < COPIES; copy += 1) {
      const file = join(folder, `${copy}`, name.slice(WORKS_PREFIX.length));
      await mkdir(join(folder, `${copy}`), { recursive: true });
      await writeFile(file, bytes);
    }
  }
}

async function runServer(
  system: BenchSystem,
  { origin, programs }: Pair,
  options: { requests: number; seed: number },
): Promise<Sample> {
  const server = programs.at(-1);
  if (server === undefined) throw new Error('there is no server');
  return measured(system, server, options.requests, async () => {
    const { wrong } = await system.run({ origin, connections: 1, ...options });
    return wrong;
  });
}

const runDownloads = (
  system: BenchSystem,
  downloads: BenchProcess,
  requests: number,
): Promise<Sample> =>
  measured(system, downloads, requests, async () => {
    const { bytes, wrong } = await downloads.ask<{ bytes: number; wrong: string | null }>(
      'run',
      requests,
    );
    return bytes < LEAST_BYTES ? `${bytes} bytes` : wrong;
  });

async function measured(
  system: BenchSystem,
  program: BenchProcess,
  requests: number,
  run: () => Promise<string | null>,
): Promise<Sample> {
  const { result, own, othersCpuMs } = await measureUsage(system, [program], run);
  return {
    metrics: { cpuMs: own.cpuMs / requests, totalCpuMs: own.cpuMs },
    answer: result,
    peakMemoryMb: own.peakMb,
    othersCpuMs,
  };
}
