import assert from 'node:assert/strict';
import type { LinkFault } from '../fault-proxy.ts';
import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import type { Bound } from '../row.ts';
import { TRACE_BACKENDS } from '../trace-backends.ts';

/** What TCP does, and how many spans of unknown fate it may leave: a batch that was on its way. */
const CONNECTIONS: readonly Readonly<{ what: string; fault: LinkFault; unknown: Bound }>[] = [
  { what: 'cuts each connection after 2,000 bytes', fault: { cut: 2_000 }, unknown: 0 },
];

for (const { name, link, settings } of TRACE_BACKENDS) {
  for (const { what, fault, unknown } of CONNECTIONS) {
    faultRow({
      name: `${name} ${what}, and nothing is lost`,
      // An attempt that is given up while the fault lasts, so that the row sees what follows.
      system: { settings, env: { all: { OTEL_BSP_EXPORT_TIMEOUT: byForm('1000', '5000') } } },
      load: { perSecond: byForm(10, 30), seconds: byForm(6, 30) },
      fault: {
        afterSeconds: 1,
        forSeconds: byForm(3, 20),
        start: ({ links }) => links[link].set(fault),
        stop: ({ links }) => links[link].set('pass'),
      },
      expect: {
        unknown,
        check(result) {
          // Three programs, each with one at a time, and one that is being replaced.
          assert.ok(
            (result.connections[link] ?? 0) <= 6,
            `${result.connections[link]} connections`,
          );
        },
      },
    });
  }
}
