import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Trace } from '../../traces/model.ts';
import type { PlatformName } from '../platforms/platform.ts';
import type { LiveParts } from './live-page.ts';

/** `of`: the number of all traces. */
export type Compared = Readonly<{ traces: readonly Trace[]; of: number }>;

/**
 * Compares and renders in a worker thread: the front ends, the proxies and Cloud Trace run in this
 * thread, and a delay here would show in the figures. The worker starts when the first page opens.
 * `alone`: the platform that runs without the other.
 */
export function createComparer(name: string, alone?: PlatformName) {
  let worker: Worker | undefined;
  return {
    /** One at a time: an answer belongs to the question before it. */
    async render(compared: Compared): Promise<LiveParts> {
      worker ??= new Worker(new URL('comparer-thread.ts', import.meta.url), {
        workerData: { name, alone },
      });
      const ended = new AbortController();
      const end = () => ended.abort();
      worker.once('exit', end);
      const answer = once(worker, 'message', { signal: ended.signal });
      worker.postMessage(compared);
      try {
        const [parts] = await answer;
        return parts;
      } catch (error) {
        worker = undefined;
        throw new Error('the comparison worker exited', { cause: error });
      } finally {
        worker?.off('exit', end);
      }
    },
    async close(): Promise<void> {
      await worker?.terminate();
    },
  };
}
