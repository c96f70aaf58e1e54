import assert from 'node:assert/strict';
import { SPARE_DESCRIPTORS } from './descriptors.ts';
import { loadUntilOver } from './load.ts';
import { type Held, MEASURED, readMemory } from './memory.ts';
import type { Row } from './row.ts';
import { until } from './strikes.ts';
import type { System } from './system.ts';
import { assertFewConnections } from './trace-backends.ts';

/** An attempt that is given up and keeps its connection keeps 2 MB, and a descriptor. */
const MOST_MB_AN_ATTEMPT = 0.1;
/** Resident memory may grow so much by chance: a process compiles code, or collects garbage. */
const CHANCE_MB = 10;
/** The first reading comes after this share of the attempts, and the second after all of them. */
const FIRST_SHARE = 0.2;

/** Cloud Trace accepts connections and says nothing, for that many attempts of each program. */
export function silenceRow(timeouts: number): Row {
  let held: readonly Held[] = [];
  const later = Math.round(timeouts * (1 - FIRST_SHARE));
  const attempts = ({ links }: System) => links.trace.connections().accepted / 3;
  return {
    name: `Cloud Trace is silent for ${timeouts} attempts, and no program holds more for it`,
    system: { env: { all: { ...MEASURED, OTEL_BSP_EXPORT_TIMEOUT: '1000' } } },
    async load(system, over) {
      const requests = await loadUntilOver(3)(system, over);
      const figures = gains(held).map(
        ({ name, descriptors, residentMb }) =>
          `${name} ${residentMb.toFixed(1)} MB, ${descriptors} descriptors`,
      );
      return {
        ...requests,
        note: `${later} attempts added: ${figures.join('; ')}`,
      };
    },
    fault: {
      afterSeconds: 0,
      async start(system) {
        const first = attempts(system);
        const reached = (share: number) =>
          until('attempts', () => attempts(system) >= first + timeouts * share, 600);
        await system.links.trace.set('silent');
        await reached(FIRST_SHARE);
        const before = await readMemory(system);
        await reached(1);
        held = [...before, ...(await readMemory(system))];
      },
      stop: ({ links }) => links.trace.set('pass'),
    },
    expect: {
      check(result) {
        assertFewConnections(result, 'trace');
        for (const { name, descriptors, residentMb } of gains(held)) {
          assert.ok(descriptors <= SPARE_DESCRIPTORS, `${name}: ${descriptors} descriptors more`);
          // Before that a process is still warming up.
          if (timeouts < 100) continue;
          const mostMb = later * MOST_MB_AN_ATTEMPT + CHANCE_MB;
          assert.ok(residentMb <= mostMb, `${name}: ${residentMb} MB more`);
        }
      },
    },
  };
}

/** From the first reading to the second. */
function gains(held: readonly Held[]) {
  return [...Map.groupBy(held, (of) => of.name)].map(([name, [before, after]]) => {
    assert.ok(before && after, `${name} was not read twice`);
    return {
      name,
      descriptors: (after.descriptors ?? 0) - (before.descriptors ?? 0),
      residentMb: after.residentMb - before.residentMb,
    };
  });
}
