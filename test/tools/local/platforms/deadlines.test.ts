import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadgenVariables } from '../../../../functions/loadgen/config.ts';
import { parseEnv } from '../../../../lib/config.ts';
import { telemetryVariables } from '../../../../lib/telemetry/config.ts';
import { clientVariables } from '../../../../services/client/config.ts';
import { serverVariables } from '../../../../services/server/config.ts';
import {
  programDeadlines,
  runDeadlineMs,
  stretchCloudRun,
  stretchGke,
} from '../../../../tools/local/platforms/deadlines.ts';
import { CLOUD_RUN_KNOBS, GKE_KNOBS } from '../../../../tools/local/platforms/knobs.ts';

const PROGRAMS = {
  loadgen: { ...telemetryVariables, ...loadgenVariables },
  client: { ...telemetryVariables, ...clientVariables },
  server: { ...telemetryVariables, ...serverVariables },
} as const;

const REQUIRED = {
  GOOGLE_CLOUD_PROJECT: 'project',
  OTEL_SERVICE_NAME: 'service',
  CLIENT_ADDR: 'localhost:1',
  SERVER_ADDR: 'localhost:1',
};

describe('programDeadlines', () => {
  for (const program of ['loadgen', 'client', 'server'] as const) {
    it(`are ${program}’s defaults times the slowness, and ${program} accepts the longest`, () => {
      const defaults: Record<string, unknown> = parseEnv(PROGRAMS[program], REQUIRED);
      for (const [name, value] of Object.entries(programDeadlines(program, 2))) {
        assert.equal(Number(value), 2 * Number(defaults[name]), name);
      }
      const longest = programDeadlines(program, 60);
      parseEnv(PROGRAMS[program], { ...REQUIRED, ...longest });
    });
  }

  it('are left to the programs on a machine that is not slow', () => {
    assert.deepEqual(programDeadlines('client', 1), {});
  });

  it('keep loadgen’s longest run below the time that its schedule waits', () => {
    for (const slowness of [1, 2, 3, 10, 60]) {
      const { LOADGEN_MAX_RUN_SECONDS: run = 170 } = programDeadlines('loadgen', slowness);
      assert.ok(Number(run) * 1_000 + 10_000 <= runDeadlineMs(slowness), `${slowness}`);
    }
  });
});

describe('stretched knobs', () => {
  it('follow the slowness of the moment, for Cloud Run', () => {
    let slowness = 1;
    const knobs = stretchCloudRun(CLOUD_RUN_KNOBS, () => slowness);
    assert.deepEqual(knobs, CLOUD_RUN_KNOBS);
    slowness = 3;
    assert.equal(knobs.queueMs, 30_000);
    assert.equal(knobs.requestTimeoutMs.client, 180_000);
    assert.equal(knobs.idleMs, CLOUD_RUN_KNOBS.idleMs, 'is not a deadline');
  });

  it('follow the slowness of the moment, for GKE', () => {
    let slowness = 1;
    const knobs = stretchGke(GKE_KNOBS, () => slowness);
    assert.deepEqual(knobs, GKE_KNOBS);
    slowness = 3;
    assert.equal(knobs.readinessProbe.timeoutMs, 6_000);
    assert.equal(knobs.readinessProbe.periodMs, GKE_KNOBS.readinessProbe.periodMs);
    assert.equal(knobs.startupProbe.failureThreshold, 1_800);
    assert.equal(knobs.stopGraceMs, 30_000);
  });
});
