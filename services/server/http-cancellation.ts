import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { systemClock, withTimeout } from '../../lib/clock.ts';

export type HttpCancellation = Readonly<{
  /**
   * Destroys the requests that begin inside `run`: once `signal` aborts, or has already, after
   * `timeoutMs`, and where a response has more than `maxBytes`. The signal of `run` aborts in each case.
   */
  within<T>(
    options: Readonly<{ signal: AbortSignal; timeoutMs: number; maxBytes: number }>,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  close(): void;
}>;

type Bounds = Readonly<{ ending: AbortController; maxBytes: number }>;

/** Counts beside the library, which has its own listeners by the time that the first bytes come. */
function boundResponse(response: IncomingMessage, { maxBytes, ending }: Bounds): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) return;
    ending.abort(new Error(`Cloud Storage answered with more than ${maxBytes} bytes`));
  });
}

/**
 * Cancels requests of a library that offers no way to: @google-cloud/storage takes no abort signal,
 * and its HTTP client ignores the timeout it is given. A request that hangs would keep its socket,
 * and its span, forever. It reads a listing, and the text of an error, to the end however long they
 * are. So the requests are found through node's own channel and destroyed.
 *
 * Only requests to `origin`: what else begins inside, such as the timer of the next span export,
 * keeps the signal for its whole life, and this must not end its requests.
 */
export function createHttpCancellation(origin: string): HttpCancellation {
  const { host } = new URL(origin);
  const active = new AsyncLocalStorage<Bounds>();
  const onRequest = (message: unknown) => {
    const bounds = active.getStore();
    if (!bounds) return;
    const { signal } = bounds.ending;
    const { request } = message as { request: ClientRequest };
    if (request.getHeader('host') !== host) return;
    const cancel = () => request.destroy(signal.reason);
    // Such as one that had to wait for its token first.
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    request.once('response', (response) => boundResponse(response, bounds));
    request.once('close', () => signal.removeEventListener('abort', cancel));
  };
  subscribe('http.client.request.created', onRequest);
  return {
    within({ signal, timeoutMs, maxBytes }, run) {
      return withTimeout(systemClock, timeoutMs, async (ends, ending) => {
        const end = () => ending.abort(signal.reason);
        if (signal.aborted) end();
        signal.addEventListener('abort', end, { once: true });
        try {
          return await active.run({ ending, maxBytes }, () => run(ends));
        } finally {
          signal.removeEventListener('abort', end);
        }
      });
    },
    close: () => {
      unsubscribe('http.client.request.created', onRequest);
    },
  };
}
