import type { Clock } from '../../../../lib/clock.ts';
import type { CloudRunKnobs } from '../knobs.ts';
import type { Instance } from './instance.ts';
import { NO_INSTANCE, type Refusal, UNAVAILABLE } from './refusal.ts';

/** The instances of one service: how many there are, and which one takes a request. */
export type Service = Readonly<{
  /** An instance that has begun the request (call end() on it), or why there is none. */
  acquire(gone: AbortSignal): Promise<Instance | Refusal>;
  /** To be called when a request has ended. */
  release(instance: Instance): void;
  instances(): readonly Instance[];
  close(): Promise<void>;
}>;

type Waiting = { settle(result: Instance | Refusal): void };

export const isRefusal = (result: Instance | Refusal): result is Refusal => 'status' in result;

/**
 * Scales from zero to `maxInstances`. A request goes to the least busy instance below its
 * concurrency. Where there is none, it waits until one is free or has started, and is refused after
 * `queueMs`.
 */
export function createService(options: {
  concurrency: number;
  knobs: Pick<CloudRunKnobs, 'minInstances' | 'maxInstances' | 'queueMs'>;
  clock: Clock;
  startInstance(reason: string, onIdle: (instance: Instance) => void): Promise<Instance>;
}): Service {
  const { concurrency, knobs, clock } = options;
  /** Instances that take requests or soon will. */
  const serving = new Set<Instance>();
  /** These, and those that are stopping. */
  const present = new Set<Instance>();
  const starts = new Set<Promise<void>>();
  const queue = new Set<Waiting>();
  let closing = false;

  const ready = () => [...serving].filter((instance) => instance.isReady());

  const pick = () => {
    let best: Instance | undefined;
    for (const instance of ready()) {
      if (instance.active() >= concurrency) continue;
      if (!best || instance.active() < best.active()) best = instance;
    }
    return best;
  };

  const dispatch = () => {
    for (const waiting of queue) {
      const instance = pick();
      if (!instance) break;
      instance.begin();
      waiting.settle(instance);
    }
  };

  const leave = (instance: Instance, reason: string) => {
    serving.delete(instance);
    return instance.stop(reason);
  };

  const start = (reason: string) => {
    const begun = options
      .startInstance(reason, (idle) => {
        if (serving.size > knobs.minInstances) void leave(idle, 'idle');
      })
      .then((instance) => {
        serving.add(instance);
        present.add(instance);
        const wasReady = instance.ready.then(
          () => true,
          () => false,
        );
        instance.gone.then(async () => {
          serving.delete(instance);
          present.delete(instance);
          // One that never got ready would be started again and again.
          if (!closing && (await wasReady)) scale('an instance ended');
        });
        if (closing) return leave(instance, 'the platform is closing');
        return instance.ready.then(dispatch);
      })
      .catch((error: Error) => {
        // Requests that wait only for this start cannot be served.
        if (starts.size > 1 || ready().length > 0) return;
        const refusal = UNAVAILABLE(`no instance could be started: ${error.message}`);
        for (const waiting of queue) waiting.settle(refusal);
      })
      .finally(() => starts.delete(begun));
    starts.add(begun);
  };

  /** Starts as many as the waiting requests fill, and at least the minimum. */
  const scale = (reason: string) => {
    const count = () => starts.size + ready().length;
    const wanted = Math.ceil(queue.size / concurrency);
    while (starts.size < wanted && count() < knobs.maxInstances) start(reason);
    while (count() < knobs.minInstances) start('minimum of instances');
  };
  scale('minimum of instances');

  return {
    acquire(gone) {
      if (closing) return Promise.resolve(UNAVAILABLE('the service is shutting down'));
      const { promise, resolve } = Promise.withResolvers<Instance | Refusal>();
      const cancel = clock.after(knobs.queueMs, () => waiting.settle(NO_INSTANCE));
      const left = () => waiting.settle(UNAVAILABLE('the caller went away'));
      const waiting: Waiting = {
        settle(result) {
          cancel();
          gone.removeEventListener('abort', left);
          queue.delete(waiting);
          resolve(result);
        },
      };
      gone.addEventListener('abort', left, { once: true });
      queue.add(waiting);
      dispatch();
      scale('request');
      return promise;
    },
    release(instance) {
      instance.end();
      dispatch();
    },
    instances: () => [...present],
    async close() {
      closing = true;
      for (const waiting of queue) waiting.settle(UNAVAILABLE('the service is shutting down'));
      await Promise.all([...present].map((one) => leave(one, 'the platform is closing')));
      await Promise.all(starts);
      await Promise.all([...present].map((one) => one.gone));
    },
  };
}
