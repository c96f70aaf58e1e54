import type { LedgerReport } from '../../lib/telemetry/ledger.ts';
import type { Process } from './process.ts';
import type { System } from './system.ts';

/** How many spans the store holds of one process. `system.start` numbers them: `server-3`. */
export const storedOf = ({ cloud }: System, pod: string): number =>
  cloud.traceStore
    .traces()
    .flatMap(({ spans }) => spans)
    .filter(({ attributes }) => attributes['k8s.pod.name'] === pod).length;

/** The last count that a process wrote, at its end or on demand. */
export function lastCount({ lines }: Process): LedgerReport | undefined {
  const counts = lines.filter((line) => typeof line !== 'string' && line.spans !== undefined);
  return (counts.at(-1) as { spans: LedgerReport } | undefined)?.spans;
}
