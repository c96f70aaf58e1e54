import assert from 'node:assert/strict';
import { faultRow } from '../../harness.ts';
import type { System } from '../../system.ts';

/** What the documents promise is 2 s, or one attempt and 2 s; the rest is for a busy machine. */
const ROOM_MS = 10_000;

type Outage = Readonly<{
  what: string;
  withinMs: number;
  start: (system: System) => unknown;
  stop: (system: System) => unknown;
}>;

const OUTAGES: readonly Outage[] = [
  {
    what: 'refuses connections',
    withinMs: 2_000,
    start: ({ links }) => links.trace.set('refuse'),
    stop: ({ links }) => links.trace.set('pass'),
  },
  {
    what: 'accepts and stays silent',
    withinMs: 7_000,
    start: ({ links }) => links.trace.set('silent'),
    stop: ({ links }) => links.trace.set('pass'),
  },
  {
    what: 'takes calls and never answers',
    withinMs: 7_000,
    start: ({ cloud }) => cloud.faults.inject({ service: 'trace-write', delayMs: 3_600_000 }),
    stop: ({ cloud }) => cloud.faults.clear(),
  },
];

for (const { what, withinMs, start, stop } of OUTAGES) {
  faultRow({
    name: `Cloud Trace ${what} for a minute at 30 requests a second: nothing is lost or shed`,
    system: { env: { all: { OTEL_BSP_EXPORT_TIMEOUT: '5000' } } },
    load: { perSecond: 30, seconds: 75 },
    fault: { afterSeconds: 5, forSeconds: 60, start, stop },
    expect: {
      check({ recoveryMs, connections }) {
        assert.ok((recoveryMs ?? 0) < withinMs + ROOM_MS, `stored again after ${recoveryMs} ms`);
        // Three programs, each with one at a time, and one that is being replaced.
        assert.ok((connections.trace ?? 0) <= 6, `${connections.trace} connections at a time`);
      },
    },
  });
}

faultRow({
  name: 'Cloud Trace is away when the programs are told to stop: each span that waits is counted',
  load: { perSecond: 10, seconds: 5 },
  fault: {
    afterSeconds: 1,
    forSeconds: 2,
    start: ({ links }) => links.trace.set('refuse'),
    stop: () => {},
  },
  expect: {
    lost: [1, Number.POSITIVE_INFINITY],
    // A write that was under way when the connection was cut.
    unknown: 'any',
    broken: 'any',
  },
});
