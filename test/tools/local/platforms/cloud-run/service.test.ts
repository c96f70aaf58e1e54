import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instance } from '../../../../../tools/local/platforms/cloud-run/instance.ts';
import type { Refusal } from '../../../../../tools/local/platforms/cloud-run/refusal.ts';
import {
  createService,
  isRefusal,
} from '../../../../../tools/local/platforms/cloud-run/service.ts';
import { createManualClock } from '../manual-clock.ts';

/** Instances that get ready, fail and end when the test says so. */
function setUp(
  options: { concurrency?: number; minInstances?: number; maxInstances?: number } = {},
) {
  const clock = createManualClock();
  const started: ReturnType<typeof fake>[] = [];
  const service = createService({
    concurrency: options.concurrency ?? 1,
    knobs: {
      minInstances: options.minInstances ?? 0,
      maxInstances: options.maxInstances ?? 2,
      queueMs: 10_000,
    },
    clock,
    startInstance(reason, onIdle) {
      const one = fake(`i${started.length}`, reason, onIdle);
      started.push(one);
      return Promise.resolve(one.instance);
    },
  });
  const here = new AbortController().signal;
  return { clock, service, started, acquire: () => service.acquire(here) };
}

function fake(id: string, reason: string, onIdle: (instance: Instance) => void) {
  const ready = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  let active = 0;
  let isReady = false;
  const stops: string[] = [];
  const instance = {
    id,
    ready: ready.promise,
    gone: gone.promise,
    isReady: () => isReady,
    active: () => active,
    begin: () => {
      active += 1;
    },
    end: () => {
      active -= 1;
    },
    stop: (why: string) => {
      stops.push(why);
      isReady = false;
      gone.resolve();
      return gone.promise;
    },
  } as unknown as Instance;
  return {
    instance,
    reason,
    stops,
    idle: () => onIdle(instance),
    getReady: () => {
      isReady = true;
      ready.resolve();
    },
    fail: () => {
      ready.reject(new Error('ended'));
      setImmediate(gone.resolve);
    },
    crash: () => {
      isReady = false;
      gone.resolve();
    },
  };
}

/** Lets the promises that are due settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const idOf = (result: Instance | Refusal) => (isRefusal(result) ? result.status : result.id);

describe('createService', () => {
  it('starts from zero with the first request', async () => {
    const { service, started, acquire } = setUp();
    assert.equal(service.instances().length, 0);
    const request = acquire();
    await settle();
    assert.deepEqual(
      started.map(({ reason }) => reason),
      ['request'],
    );
    started[0]?.getReady();
    assert.equal(idOf(await request), 'i0');
  });

  it('gives an instance up to its concurrency, then starts another, up to the maximum', async () => {
    const { started, acquire } = setUp({ concurrency: 2, maxInstances: 2 });
    const requests = [acquire(), acquire(), acquire(), acquire(), acquire()];
    await settle();
    assert.equal(started.length, 2);
    for (const one of started) one.getReady();
    const served = await Promise.all(requests.slice(0, 4));
    assert.deepEqual(served.map(idOf).sort(), ['i0', 'i0', 'i1', 'i1']);
  });

  it('gives a request to the least busy instance', async () => {
    const { started, acquire } = setUp({ concurrency: 3, maxInstances: 2 });
    const requests = [acquire(), acquire(), acquire(), acquire()];
    await settle();
    for (const one of started) one.getReady();
    const served = await Promise.all(requests);
    assert.deepEqual(served.map(idOf).sort(), ['i0', 'i0', 'i1', 'i1']);
  });

  it('replaces an instance that ended by itself where requests wait for one', async () => {
    const { started, acquire } = setUp({ maxInstances: 1 });
    const first = acquire();
    await settle();
    started[0]?.getReady();
    await first;
    const second = acquire();
    await settle();
    assert.equal(started.length, 1);
    started[0]?.crash();
    await settle();
    assert.equal(started[1]?.reason, 'an instance ended');
    started[1]?.getReady();
    assert.equal(idOf(await second), 'i1');
  });

  it('starts no second instance for requests that one start will serve', async () => {
    const { started, acquire } = setUp({ concurrency: 80 });
    for (let count = 0; count < 80; count++) void acquire();
    await settle();
    assert.equal(started.length, 1);
  });

  it('answers 429 to a request that waited 10 s', async () => {
    const { clock, started, acquire } = setUp({ maxInstances: 1 });
    const first = acquire();
    await settle();
    started[0]?.getReady();
    await first;
    const second = acquire();
    clock.advance(9_999);
    await settle();
    clock.advance(1);
    assert.equal(idOf(await second), 429);
  });

  it('hands a freed instance to the request that waits longest', async () => {
    const { service, started, acquire } = setUp({ maxInstances: 1 });
    const first = acquire();
    await settle();
    started[0]?.getReady();
    const instance = await first;
    const order: string[] = [];
    const second = acquire().then(() => order.push('second'));
    void acquire().then(() => order.push('third'));
    assert.ok(!isRefusal(instance));
    service.release(instance);
    await second;
    assert.deepEqual(order, ['second']);
  });

  it('answers 503 to those that wait for an instance that could not start', async () => {
    const { started, acquire } = setUp();
    const request = acquire();
    await settle();
    started[0]?.fail();
    assert.equal(idOf(await request), 503);
  });

  it('does not start in a loop what cannot start, not even for the minimum of instances', async () => {
    const { started } = setUp({ minInstances: 1 });
    await settle();
    started[0]?.fail();
    await settle();
    await settle();
    assert.equal(started.length, 1);
  });

  it('lets go of a request whose caller went away', async () => {
    const { service, started } = setUp({ maxInstances: 1 });
    const caller = new AbortController();
    const request = service.acquire(caller.signal);
    caller.abort();
    assert.equal(idOf(await request), 503);
    await settle();
    started[0]?.getReady();
    await settle();
    assert.equal(started[0]?.instance.active(), 0);
  });

  it('ends an idle instance, but not below the minimum', async () => {
    const { service, started, acquire } = setUp({ minInstances: 1, maxInstances: 2 });
    await settle();
    assert.deepEqual(
      started.map(({ reason }) => reason),
      ['minimum of instances'],
    );
    started[0]?.getReady();
    await Promise.all([settle(), acquire()]);
    const second = acquire();
    await settle();
    started[1]?.getReady();
    await second;
    started[1]?.idle();
    await settle();
    assert.deepEqual(started[1]?.stops, ['idle']);
    started[0]?.idle();
    await settle();
    assert.deepEqual(started[0]?.stops, []);
    assert.equal(service.instances().length, 1);
  });

  it('closes with every instance gone and refuses what waits and what comes', async () => {
    const { service, started, acquire } = setUp({ maxInstances: 1 });
    const first = acquire();
    await settle();
    started[0]?.getReady();
    await first;
    const waiting = acquire();
    await service.close();
    assert.equal(idOf(await waiting), 503);
    assert.equal(idOf(await acquire()), 503);
    assert.equal(service.instances().length, 0);
    assert.deepEqual(started[0]?.stops, ['the platform is closing']);
  });
});
