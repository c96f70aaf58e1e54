import assert from 'node:assert/strict';
import { GOOGLE_STATUS, type GoogleCode } from '../../../tools/local/cloud/google-status.ts';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';
import { strikeEach } from '../strikes.ts';
import { TRACE_BACKENDS } from '../trace-backends.ts';

const CODES = Object.keys(GOOGLE_STATUS) as GoogleCode[];

for (const { name, link, service, settings, transient } of TRACE_BACKENDS) {
  faultRow({
    name: `${name} answers each error that passes, and nothing is lost`,
    system: { settings },
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 0.5,
      start: (system) =>
        strikeEach(
          system,
          transient.map((error) => ({ service, error })),
        ),
    },
    expect: {},
  });

  faultRow({
    name: `${name} takes a call and never answers it, and nothing is lost`,
    form: quickIf(link === 'trace'),
    system: { settings, env: { all: { OTEL_BSP_EXPORT_TIMEOUT: byForm('1000', '5000') } } },
    load: { perSecond: byForm(10, 30), seconds: byForm(6, 30) },
    fault: {
      afterSeconds: 1,
      forSeconds: byForm(3, 20),
      start: ({ cloud }) => cloud.faults.inject({ service, delayMs: 3_600_000 }),
      stop: ({ cloud }) => cloud.faults.clear(),
    },
    expect: {},
  });

  faultRow({
    name: `${name} answers each error that does not pass, and what it refuses is counted`,
    form: quickIf(link === 'trace'),
    system: { settings },
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 0.5,
      start: (system) =>
        strikeEach(
          system,
          CODES.filter((code) => !transient.includes(code)).map((error) => ({ service, error })),
        ),
    },
    // Of those that fail within their work nobody knows what they stored.
    expect: { lost: [1, Number.POSITIVE_INFINITY], unknown: 'any', broken: 'any' },
  });

  faultRow({
    name: `${name} stores a batch and answers that it is unavailable, and nothing is lost`,
    form: quickIf(link === 'trace'),
    system: { settings },
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 0.5,
      start: (system) =>
        strikeEach(system, [{ service, error: 'UNAVAILABLE', afterStoring: true }], 2),
    },
    expect: {
      check: ({ copies }) => assert.ok(copies > 0, 'the batch was not sent again'),
    },
  });

  faultRow({
    name: `${name} stores a batch and answers INTERNAL, and no stored span counts as lost`,
    form: quickIf(link === 'trace'),
    system: { settings },
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 0.5,
      start: (system) =>
        strikeEach(system, [{ service, error: 'INTERNAL', afterStoring: true }], 2),
    },
    expect: { unknown: 'any' },
  });

  faultRow({
    name: `${name} takes 4 s for each write, and nothing is lost`,
    form: 'full',
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
}

faultRow({
  name: 'OTLP rejects every second span of a batch, and each is counted as lost',
  system: { settings: { exporter: 'otlp' } },
  load: loadUntilOver(10),
  fault: {
    afterSeconds: 0.5,
    start: (system) => strikeEach(system, [{ service: 'otlp', rejectHalf: true }], 3),
  },
  expect: { lost: [1, 10_000], broken: 'any' },
});
