import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBackOff, createPod } from '../../../../../tools/local/platforms/gke/pod.ts';
import { createJournal } from '../../../../../tools/local/platforms/journal.ts';
import { GKE_KNOBS, type GkeKnobs } from '../../../../../tools/local/platforms/knobs.ts';
import type { PlatformEvent } from '../../../../../tools/local/platforms/platform.ts';
import type { Exit, Program } from '../../../../../tools/local/platforms/program.ts';
import { createManualClock } from '../manual-clock.ts';

/** A container that ends when told to; `stops` holds the grace that each SIGTERM gave. */
function fakeContainer(pid: number) {
  const exited = Promise.withResolvers<Exit>();
  const stops: number[] = [];
  let alive = true;
  const end = (exit: Exit) => {
    alive = false;
    exited.resolve(exit);
    return exited.promise;
  };
  const program: Program = {
    pid,
    exited: exited.promise,
    isAlive: () => alive,
    isFrozen: () => false,
    freeze: () => assert.fail('a pod is never stopped'),
    thaw: () => {},
    kill: () => void end({ code: null, signal: 'SIGKILL' }),
    stop(graceMs) {
      stops.push(graceMs);
      return end({ code: 0, signal: null });
    },
    spanCounts: () => undefined,
    lastLines: () => [],
  };
  return { program, stops, end: (code: number) => end({ code, signal: null }) };
}

function setUp(knobs: Partial<GkeKnobs> = {}, isWell: () => boolean = () => true) {
  const clock = createManualClock();
  const events: PlatformEvent[] = [];
  const containers: ReturnType<typeof fakeContainer>[] = [];
  const done: string[] = [];
  let checks = 0;
  const pod = createPod({
    name: 'client-1',
    program: 'client',
    port: 1,
    check: () => {
      checks += 1;
      return Promise.resolve(isWell());
    },
    knobs: { ...GKE_KNOBS, ...knobs },
    clock,
    journal: createJournal('gke', { onEvent: (event) => events.push(event) }).of('client', 'one'),
    onReadyChange: () => done.push(pod?.isReady() ? 'ready' : 'unready'),
    startContainer() {
      const container = fakeContainer(containers.length + 1);
      containers.push(container);
      return container.program;
    },
    release: async () => void done.push('released'),
  });
  const delays = () =>
    events.flatMap((event) => (event.type === 'backing-off' ? event.delayMs : []));
  const reasons = () =>
    events.flatMap((event) => ('reason' in event ? `${event.type}: ${event.reason}` : []));
  return { pod, clock, containers, done, delays, reasons, checks: () => checks };
}

/** Lets the promises that are due settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('createPod', () => {
  it('starts what ended again: at once, then after 10 s, then after 20', async () => {
    const { pod, clock, containers, delays } = setUp();
    await pod.firstReady;
    for (const [ended, delayMs] of [0, 10_000, 20_000].entries()) {
      containers[ended]?.end(1);
      await settle();
      if (delayMs > 0) {
        clock.advance(delayMs - 1);
        assert.equal(containers.length, ended + 1, `not before ${delayMs} ms`);
        clock.advance(1);
      } else clock.advance(0);
      assert.equal(containers.length, ended + 2);
      await settle();
    }
    assert.deepEqual(delays(), [10_000, 20_000]);
  });

  it('asks for nothing but its start until the start-up probe succeeds', async () => {
    let well = false;
    const startupProbe = { ...GKE_KNOBS.startupProbe, periodMs: 100 };
    const { pod, clock, checks } = setUp({ startupProbe }, () => well);
    await settle();
    clock.advance(100);
    await settle();
    assert.equal(checks(), 2);
    assert.equal(pod.isReady(), false);
    well = true;
    clock.advance(100);
    await pod.firstReady;
    assert.equal(checks(), 5, 'the third of start-up, then one each of liveness and readiness');
  });

  it('ends a container that does not start up, with SIGTERM and its grace, and tries again', async () => {
    const startupProbe = { ...GKE_KNOBS.startupProbe, periodMs: 100, failureThreshold: 3 };
    const { clock, containers, reasons } = setUp({ startupProbe }, () => false);
    for (let probe = 0; probe < 3; probe += 1) {
      assert.equal(containers.length, 1);
      await settle();
      clock.advance(100);
    }
    await settle();
    clock.advance(0);
    assert.deepEqual(containers[0]?.stops, [GKE_KNOBS.terminationGraceMs]);
    assert.equal(containers.length, 2);
    assert.deepEqual(reasons(), [
      'starting: scheduled',
      'stopping: startup probe failed',
      'starting: restart on failure',
    ]);
  });

  it('ends a container whose liveness fails the same way', async () => {
    let well = true;
    const livenessProbe = { ...GKE_KNOBS.livenessProbe, periodMs: 100, failureThreshold: 2 };
    const { pod, clock, containers, reasons } = setUp({ livenessProbe }, () => well);
    await pod.firstReady;
    await settle();
    well = false;
    for (let probe = 0; probe < 2; probe += 1) {
      assert.deepEqual(containers[0]?.stops, []);
      clock.advance(100);
      await settle();
    }
    assert.deepEqual(containers[0]?.stops, [GKE_KNOBS.terminationGraceMs]);
    assert.equal(reasons().at(1), 'stopping: liveness probe failed');
    assert.equal(pod.isReady(), false);
  });

  it('is deleted for good: SIGTERM with the grace given, no restart, everything freed', async () => {
    const { pod, clock, containers, done } = setUp();
    await pod.firstReady;
    await pod.remove('rolling replacement', 7);
    clock.advance(600_000);
    assert.deepEqual(containers[0]?.stops, [7]);
    assert.equal(containers.length, 1);
    assert.deepEqual(done.slice(-2), ['unready', 'released']);
    await pod.remove('again', 7);
    assert.equal(done.filter((what) => what === 'released').length, 1);
  });

  it('is deleted while it backs off, and starts no more', async () => {
    const { pod, clock, containers, done } = setUp();
    await pod.firstReady;
    containers[0]?.end(1);
    await settle();
    clock.advance(0);
    containers[1]?.end(1);
    await settle();
    await pod.remove('the platform is closing', 7);
    clock.advance(600_000);
    assert.equal(containers.length, 2);
    assert.equal(done.at(-1), 'released');
  });
});

describe('createBackOff', () => {
  it('restarts at once, then after 10 s, doubled up to 5 minutes', () => {
    const backOff = createBackOff(GKE_KNOBS);
    const waits = Array.from({ length: 9 }, () => backOff(1_000) / 1_000);
    assert.deepEqual(waits, [0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('forgets it all after ten good minutes', () => {
    const backOff = createBackOff(GKE_KNOBS);
    backOff(1_000);
    backOff(1_000);
    assert.equal(backOff(600_000), 0);
    assert.equal(backOff(599_999), 10_000);
  });
});
