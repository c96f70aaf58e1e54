import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  CLOUD_RUN_KNOBS,
  GKE_KNOBS,
  RUN_DEADLINE_MS,
  SIZING,
} from '../../../../tools/local/platforms/knobs.ts';
import { ROOT } from '../../../rules/sources.ts';

const NONE = { loadgen: 0, client: 0, server: 0 };

describe('CLOUD_RUN_KNOBS', () => {
  it('are what Cloud Run documents, where it documents anything', () => {
    const { forcedSpansPerSecond, ownSpansPerSecond, queueMs, idleMs, stopGraceMs } =
      CLOUD_RUN_KNOBS;
    assert.deepEqual([forcedSpansPerSecond, ownSpansPerSecond], [10, 0.1]);
    assert.equal(queueMs, 10_000);
    assert.equal(idleMs, 15 * 60_000);
    assert.equal(stopGraceMs, 10_000);
  });

  it('are the design’s where there is a choice', () => {
    const { billing, ownSpans, rewriteParent, dropSampledFlag, freezeDelayMs, minInstances } =
      CLOUD_RUN_KNOBS;
    assert.deepEqual(
      { billing, ownSpans, rewriteParent, dropSampledFlag, freezeDelayMs, minInstances },
      {
        billing: 'instance',
        ownSpans: 'real',
        rewriteParent: true,
        dropSampledFlag: false,
        freezeDelayMs: 5,
        minInstances: 0,
      },
    );
    assert.deepEqual(CLOUD_RUN_KNOBS.addedLatencyMs, NONE);
  });

  it('say no less than the deployment does', () => {
    assert.equal(CLOUD_RUN_KNOBS.maxInstances, defaultOf('max_instances'));
    for (const program of ['client', 'server'] as const) {
      const file = read(`terraform/${program}.tf`);
      const seconds = Number(/^ *timeout_seconds += (\d+)$/m.exec(file)?.[1]);
      assert.equal(CLOUD_RUN_KNOBS.requestTimeoutMs[program], seconds * 1000);
    }
    assert.equal(CLOUD_RUN_KNOBS.requestTimeoutMs.loadgen, RUN_DEADLINE_MS);
    const [, period, timeout, failures] =
      /startup_probe \{\s+period_seconds += (\d+)\s+timeout_seconds += (\d+)\s+failure_threshold += (\d+)/.exec(
        read('terraform/program/service.tf'),
      ) ?? [];
    assert.equal(CLOUD_RUN_KNOBS.startupProbeTimeoutMs, Number(timeout) * 1000);
    assert.equal(CLOUD_RUN_KNOBS.startupTimeoutMs, Number(period) * Number(failures) * 1000);
  });
});

describe('GKE_KNOBS', () => {
  it('are Kubernetes’ where the deployment does not say', () => {
    const { backOffMs, backOffMaxMs, backOffResetMs } = GKE_KNOBS;
    assert.deepEqual([backOffMs, backOffMaxMs, backOffResetMs], [10_000, 300_000, 600_000]);
    assert.deepEqual(GKE_KNOBS.addedLatencyMs, NONE);
  });

  it('are the deployment’s where it does', () => {
    const deployment = read('terraform/gke/workloads/program/deployment.tf');
    const grace = /termination_grace_period_seconds += (\d+)/.exec(deployment)?.[1];
    assert.equal(GKE_KNOBS.terminationGraceMs, Number(grace) * 1000);
    for (const kind of ['liveness', 'readiness'] as const) {
      const [, period, timeout] =
        new RegExp(
          `${kind}_probe \\{\\s+period_seconds += (\\d+)\\s+timeout_seconds += (\\d+)`,
        ).exec(deployment) ?? [];
      const { periodMs, timeoutMs } = GKE_KNOBS[`${kind}Probe`];
      assert.deepEqual(
        [periodMs, timeoutMs],
        [Number(period) * 1000, Number(timeout) * 1000],
        kind,
      );
    }
  });
});

describe('SIZING', () => {
  it('is the deployment’s', () => {
    assert.equal(SIZING.cpu, String(defaultOf('cpu')));
    assert.equal(SIZING.memory, defaultOf('memory'));
    assert.equal(SIZING.concurrency, defaultOf('concurrency'));
  });
});

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Of a variable of terraform/, as its file has it. */
function defaultOf(variable: string): unknown {
  const text = new RegExp(`variable "${variable}" \\{[^}]*?default += (.+)`).exec(
    read('terraform/variables.tf'),
  )?.[1];
  assert.ok(text, `terraform/variables.tf has no default of ${variable}`);
  return JSON.parse(text);
}
