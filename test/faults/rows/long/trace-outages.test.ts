import { faultRow } from '../../harness.ts';
import type { System } from '../../system.ts';
import { assertFewConnections } from '../../trace-backends.ts';

type Outage = Readonly<{
  what: string;
  start: (system: System) => unknown;
  stop: (system: System) => unknown;
}>;

const OUTAGES: readonly Outage[] = [
  {
    what: 'refuses connections',
    start: ({ links }) => links.trace.set('refuse'),
    stop: ({ links }) => links.trace.set('pass'),
  },
  {
    what: 'accepts and stays silent',
    start: ({ links }) => links.trace.set('silent'),
    stop: ({ links }) => links.trace.set('pass'),
  },
  {
    what: 'takes calls and never answers',
    start: ({ cloud }) => cloud.faults.inject({ service: 'trace-write', delayMs: 3_600_000 }),
    stop: ({ cloud }) => cloud.faults.clear(),
  },
];

for (const { what, start, stop } of OUTAGES) {
  faultRow({
    name: `Cloud Trace ${what} for a minute at 30 requests a second: nothing is lost or shed`,
    system: { env: { all: { OTEL_BSP_EXPORT_TIMEOUT: '5000' } } },
    load: { perSecond: 30, seconds: 75 },
    fault: { afterSeconds: 5, forSeconds: 60, start, stop },
    expect: { check: (result) => assertFewConnections(result, 'trace') },
  });
}
