import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startDeployment } from '../../../../../tools/local/platforms/gke/deployment.ts';
import type { Pod } from '../../../../../tools/local/platforms/gke/pod.ts';
import { GKE_KNOBS } from '../../../../../tools/local/platforms/knobs.ts';
import { createManualClock } from '../manual-clock.ts';

/** Listens and says its own name to whoever connects; ready and gone as the test has it. */
async function fakePod(t: TestContext, name: string, onReadyChange: () => void) {
  const server = createServer((socket) => socket.end(name)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let ready = false;
  const removals: string[] = [];
  const pod: Pod = {
    name,
    port: (server.address() as AddressInfo).port,
    isReady: () => ready,
    firstReady: first.promise,
    async remove(reason, graceMs) {
      removals.push(`${reason}, ${graceMs} ms`);
    },
    view: () => undefined,
  };
  return {
    pod,
    name,
    removals,
    getReady() {
      ready = true;
      onReadyChange();
      first.resolve();
    },
    fail: () => first.reject(new Error(`${name} ended twice`)),
  };
}

async function setUp(t: TestContext, replicas = 1) {
  const pods: Awaited<ReturnType<typeof fakePod>>[] = [];
  let gate = Promise.resolve();
  const deployment = await startDeployment({
    program: 'client',
    knobs: { ...GKE_KNOBS, replicas },
    clock: createManualClock(),
    async startPod(name, onReadyChange) {
      await gate;
      const one = await fakePod(t, name, onReadyChange);
      pods.push(one);
      return one.pod;
    },
  });
  t.after(deployment.closeAddress);
  /** Who answers a connection to the Service's address. */
  const ask = async () => {
    const socket = connect(Number(deployment.address.split(':')[1]), '127.0.0.1');
    return String(Buffer.concat(await socket.toArray()));
  };
  const nextPod = async () => {
    const count = pods.length;
    while (pods.length === count) await new Promise(setImmediate);
    return pods.at(-1) ?? assert.fail();
  };
  const hold = (until: Promise<void>) => {
    gate = until;
  };
  return { deployment, pods, ask, nextPod, hold };
}

describe('startDeployment', () => {
  it('has as many pods as it is told, named after one replica set', async (t) => {
    const { deployment, pods } = await setUp(t, 3);
    const names = pods.map(({ name }) => name);
    assert.equal(new Set(names).size, 3);
    assert.equal(new Set(names.map((name) => name.slice(0, -6))).size, 1);
    for (const name of names) {
      assert.match(
        name,
        /^client-[bcdfghjklmnpqrstvwxz2456789]{10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
      );
    }
    for (const one of pods) one.getReady();
    await deployment.ready();
  });

  it('sends nothing to an old pod once the new one is ready, nor before to the new one', async (t) => {
    const { deployment, pods, ask, nextPod } = await setUp(t);
    const [old] = pods;
    old?.getReady();
    const rolling = deployment.rollOut();
    const replacement = await nextPod();
    assert.deepEqual([await ask(), await ask()], [old?.name, old?.name]);
    assert.deepEqual(old?.removals, [], 'none fewer while the new one starts');
    replacement.getReady();
    await rolling;
    assert.deepEqual([await ask(), await ask()], [replacement.name, replacement.name]);
    assert.deepEqual(old?.removals, [`rolling replacement, ${GKE_KNOBS.terminationGraceMs} ms`]);
    assert.notEqual(replacement.name.slice(0, -6), old?.name.slice(0, -6), 'another replica set');
  });

  it('takes a replacement that does not get ready away and keeps the old pod', async (t) => {
    const { deployment, pods, ask, nextPod } = await setUp(t);
    const [old] = pods;
    old?.getReady();
    const rolling = deployment.rollOut();
    const replacement = await nextPod();
    replacement.fail();
    await assert.rejects(rolling, /ended twice/);
    assert.equal(await ask(), old?.name);
    assert.deepEqual(old?.removals, []);
    assert.deepEqual(replacement.removals, [
      `did not get ready, ${GKE_KNOBS.terminationGraceMs} ms`,
    ]);
  });

  it('removes a pod too that was being started as the others were removed', async (t) => {
    const { deployment, pods, hold } = await setUp(t);
    pods[0]?.getReady();
    const starting = Promise.withResolvers<void>();
    hold(starting.promise);
    const rolling = deployment.rollOut();
    rolling.catch(() => {});
    await deployment.removePods(5);
    starting.resolve();
    while (pods.length < 2) await new Promise(setImmediate);
    pods[1]?.fail();
    await assert.rejects(rolling);
    assert.deepEqual(pods[0]?.removals, ['the platform is closing, 5 ms']);
    assert.ok(pods[1]?.removals.includes(`the platform is closing, ${GKE_KNOBS.stopGraceMs} ms`));
  });
});
