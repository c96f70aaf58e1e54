import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Trace } from '../../traces/model.ts';
import type { LiveParts } from './live-page.ts';

/** `of`: how many traces there are in all. */
export type Compared = Readonly<{ traces: readonly Trace[]; of: number }>;

/**
 * Compares and renders in a thread of its own: the front ends, the proxies and Cloud Trace run in
 * this one, and what delays them would be in the figures. The thread begins with the first page
 * that is opened.
 */
export function createComparer(name: string) {
  let worker: Worker | undefined;
  return {
    /** One at a time: an answer belongs to the question before it. */
    async render(compared: Compared): Promise<LiveParts> {
      worker ??= new Worker(new URL('comparer-thread.ts', import.meta.url), { workerData: name });
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
        throw new Error('the thread that compares has ended', { cause: error });
      } finally {
        worker?.off('exit', end);
      }
    },
    async close(): Promise<void> {
      await worker?.terminate();
    },
  };
}
