import { availableParallelism, cpus, loadavg } from 'node:os';

export type Machine = Readonly<{
  date: string;
  node: string;
  cpus: number;
  cpu: string;
  /** Of one minute, before the run: above `cpus` the machine is busy with other things. */
  load: number;
}>;

export const describeMachine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpus: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  load: Number((loadavg()[0] ?? 0).toFixed(1)),
});
