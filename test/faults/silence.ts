import assert from 'node:assert/strict';
import { loadUntilOver } from './load.ts';
import { type Held, MEASURED, readMemory } from './memory.ts';
import type { Row } from './row.ts';
import { until } from './strikes.ts';
import type { System } from './system.ts';

/** With each attempt that is given up, 2 MB were lost and a descriptor. */
const MOST_MB_AN_ATTEMPT = 0.5;
/** A socket that is being replaced, and what a request needs for its moment. */
const SPARE_DESCRIPTORS = 3;

/** Cloud Trace accepts connections and says nothing, for that many attempts of each program. */
export function silenceRow(timeouts: number): Row {
  let held: readonly Held[] = [];
  const attempts = ({ links }: System) => links.trace.connections().accepted / 3;
  return {
    name: `Cloud Trace is silent for ${timeouts} attempts, and no program holds more for it`,
    system: { env: { all: { ...MEASURED, OTEL_BSP_EXPORT_TIMEOUT: '1000' } } },
    load: loadUntilOver(3),
    fault: {
      afterSeconds: 0,
      forSeconds: 0,
      async start(system) {
        const first = attempts(system);
        const reached = (share: number) =>
          until('attempts', () => attempts(system) >= first + timeouts * share, 600);
        await system.links.trace.set('silent');
        await reached(0.2);
        const before = await readMemory(system);
        await reached(1);
        held = [...before, ...(await readMemory(system))];
      },
      stop: ({ links }) => links.trace.set('pass'),
    },
    expect: {
      check({ connections }) {
        assert.ok((connections.trace ?? 0) <= 6, `${connections.trace} connections at a time`);
        for (const [name, [before, after] = []] of Map.groupBy(held, (of) => of.name)) {
          assert.ok(before && after);
          const { descriptors: most = Infinity } = before;
          const { descriptors = 0 } = after;
          assert.ok(descriptors <= most + SPARE_DESCRIPTORS, `${name}: ${most} → ${descriptors}`);
          const addedMb = after.residentMb - before.residentMb;
          if (timeouts < 100) continue;
          assert.ok(addedMb <= timeouts * MOST_MB_AN_ATTEMPT, `${name}: ${addedMb} MB more`);
        }
      },
    },
  };
}
