import type { BenchSystem } from './bench-system.ts';
import { type BenchProcess, sumUsage, type Usage } from './process.ts';

export type Measured<Result> = Readonly<{
  result: Result;
  /** Of the measured processes together: what the work took, and their highest memory so far. */
  own: Usage;
  /** CPU of the load and the local cloud, which took part. */
  othersCpuMs: Readonly<Record<string, number>>;
}>;

/** What the work takes of these processes, and of those that only take part. */
export async function measureUsage<Result>(
  system: BenchSystem,
  programs: readonly BenchProcess[],
  work: () => Promise<Result>,
): Promise<Measured<Result>> {
  const read = async () => ({
    own: sumUsage(await Promise.all(programs.map((each) => each.usage()))),
    load: await system.load.usage(),
    cloud: await system.cloud.usage(),
  });
  const before = await read();
  const result = await work();
  const after = await read();
  return {
    result,
    own: {
      cpuMs: after.own.cpuMs - before.own.cpuMs,
      peakMb: after.own.peakMb,
      allocatedKb: after.own.allocatedKb - before.own.allocatedKb,
    },
    othersCpuMs: {
      load: after.load.cpuMs - before.load.cpuMs,
      'local cloud': after.cloud.cpuMs - before.cloud.cpuMs,
    },
  };
}
