import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../row.ts';
import type { BenchSystem, Pair } from './bench-system.ts';
import type { Stored } from './cloud.ts';
import { sumUsage } from './process.ts';

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
  const read = async () => ({
    own: sumUsage(await Promise.all(pair.programs.map((each) => each.usage()))),
    load: await system.load.usage(),
    cloud: await system.cloud.usage(),
  });
  const before = await read();
  const { requests, connections } = burst;
  const result = await system.run({ origin: pair.origin, requests, connections, seed });
  const stored = await untilStored(system, burst);
  const after = await read();
  const cpuMs = after.own.cpuMs - before.own.cpuMs;
  const sample: Sample = {
    metrics: {
      cpuMs: cpuMs / requests,
      totalCpuMs: cpuMs,
      perSecond: (requests / result.wallMs) * 1_000,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      peakMb: after.own.peakMb,
      lost: burst.spans === 0 ? 0 : requests - stored.complete,
      writes: stored.writes,
    },
    answer: { wrong: result.wrong, surplus: stored.traces - (burst.spans === 0 ? 0 : requests) },
    peakMemoryMb: after.own.peakMb,
    othersCpuMs: {
      load: after.load.cpuMs - before.load.cpuMs,
      'local cloud': after.cloud.cpuMs - before.cloud.cpuMs,
    },
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
