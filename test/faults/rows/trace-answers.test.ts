import assert from 'node:assert/strict';
import { GOOGLE_STATUS, type GoogleCode } from '../../../tools/local/cloud/google-status.ts';
import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';
import { strikeEach } from '../strikes.ts';
import { TRACE_BACKENDS } from '../trace-backends.ts';

/** Answers that say "come back", and the rest, which no repetition changes. */
const TRANSIENT: readonly GoogleCode[] = [
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'INTERNAL',
  'DEADLINE_EXCEEDED',
];
const PERMANENT = (Object.keys(GOOGLE_STATUS) as GoogleCode[]).filter(
  (code) => !TRANSIENT.includes(code),
);

for (const { name, service, settings } of TRACE_BACKENDS) {
  faultRow({
    name: `${name} answers each of the other error codes in turn, and what it refuses is counted`,
    system: { settings },
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 0.5,
      forSeconds: 0,
      start: (system) =>
        strikeEach(
          system,
          PERMANENT.map((error) => ({ service, error })),
        ),
      stop: () => {},
    },
    expect: { lost: [1, Number.POSITIVE_INFINITY], broken: 'any' },
  });

  faultRow({
    name: `${name} takes 4 s for each write, and nothing is lost`,
    system: { settings },
    load: { perSecond: 10, seconds: byForm(6, 30) },
    fault: {
      afterSeconds: 1,
      forSeconds: byForm(4, 20),
      start: ({ cloud }) => cloud.faults.inject({ service, delayMs: 4_000 }),
      stop: ({ cloud }) => cloud.faults.clear(),
    },
    expect: {},
  });

  faultRow({
    name: `${name} stores a batch and answers that it is unavailable, and nothing is lost`,
    system: { settings },
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 0.5,
      forSeconds: 0,
      start: (system) =>
        strikeEach(system, [{ service, error: 'UNAVAILABLE', afterStoring: true }], 2),
      stop: () => {},
    },
    expect: {
      check: ({ copies }) => assert.ok(copies > 0, 'the batch was not sent again'),
    },
  });
}

faultRow({
  name: 'OTLP rejects every second span of a batch, and each is counted as lost',
  system: { settings: { exporter: 'otlp' } },
  load: loadUntilOver(10),
  fault: {
    afterSeconds: 0.5,
    forSeconds: 0,
    start: (system) => strikeEach(system, [{ service: 'otlp', rejectHalf: true }], 3),
    stop: () => {},
  },
  expect: { lost: [1, 10_000], broken: 'any' },
});
