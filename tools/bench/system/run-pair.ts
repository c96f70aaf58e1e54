import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../row.ts';
import type { BenchSystem, Pair } from './bench-system.ts';
import type { Stored } from './cloud.ts';
import { measureUsage } from './measure-usage.ts';

export type Burst = Readonly<{
  requests: number;
  connections: number;
  /** Spans of each request; 0 where nothing is traced. */
  spans: number;
}>;

/** How long nothing more must have arrived before what is missing counts as lost. */
const SETTLED_MS = 6_000;
const POLL_MS = 100;

/**
 * One burst through client and server, until its last span is stored. The CPU that storing takes is
 * part of what tracing costs, so it counts although the last answer is out.
 */
export async function runPair(system: BenchSystem, pair: Pair, burst: Burst, seed: number) {
  await system.cloud.ask('clear');
  const { requests, connections } = burst;
  const { result, own, othersCpuMs } = await measureUsage(system, pair.programs, async () => {
    const load = await system.run({ origin: pair.origin, requests, connections, seed });
    return { load, stored: await untilStored(system, burst) };
  });
  const { load, stored } = result;
  const sample: Sample = {
    metrics: {
      cpuMs: own.cpuMs / requests,
      totalCpuMs: own.cpuMs,
      allocatedKb: own.allocatedKb / requests,
      perSecond: (requests / load.wallMs) * 1_000,
      p50Ms: load.p50Ms,
      p99Ms: load.p99Ms,
      peakMb: own.peakMb,
      lost: burst.spans === 0 ? 0 : requests - stored.complete,
      writes: stored.writes,
    },
    answer: { wrong: load.wrong, surplus: stored.traces - (burst.spans === 0 ? 0 : requests) },
    peakMemoryMb: own.peakMb,
    othersCpuMs,
  };
  return sample;
}

/** What is wrong with a burst: an answer, or traces that no request made. */
export function checkBurst(answer: unknown): string | undefined {
  const { wrong, surplus } = answer as { wrong: string | null; surplus: number };
  if (wrong !== null) return wrong;
  return surplus > 0 ? `${surplus} traces more than requests` : undefined;
}

async function untilStored(system: BenchSystem, { requests, spans }: Burst): Promise<Stored> {
  let last = -1;
  let sinceMs = performance.now();
  for (;;) {
    const stored = await system.cloud.ask<Stored>('stored', spans);
    if (spans === 0 || stored.complete >= requests) return stored;
    if (stored.spans !== last) sinceMs = performance.now();
    else if (performance.now() - sinceMs > SETTLED_MS) return stored;
    last = stored.spans;
    await sleep(POLL_MS);
  }
}
