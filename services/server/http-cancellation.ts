import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

export type HttpCancellation = Readonly<{
  /** Destroys the requests that begin inside `run`: once `signal` aborts, or has already. */
  within<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T>;
  close(): void;
}>;

/**
 * Cancels requests of a library that offers no way to: @google-cloud/storage takes no abort signal,
 * and its HTTP client ignores the timeout it is given. A request that hangs would keep its socket,
 * and its span, forever. So they are found through node's own channel and destroyed.
 *
 * Only requests to `origin`: what else begins inside, such as the timer of the next span export,
 * keeps the signal for its whole life, and this must not end its requests.
 */
export function createHttpCancellation(origin: string): HttpCancellation {
  const { host } = new URL(origin);
  const active = new AsyncLocalStorage<AbortSignal>();
  const onRequest = (message: unknown) => {
    const signal = active.getStore();
    if (!signal) return;
    const { request } = message as { request: ClientRequest };
    if (request.getHeader('host') !== host) return;
    const cancel = () => request.destroy(signal.reason);
    // Such as one that had to wait for its token first.
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    request.once('close', () => signal.removeEventListener('abort', cancel));
  };
  subscribe('http.client.request.created', onRequest);
  return {
    within: (signal, run) => active.run(signal, () => run(signal)),
    close: () => {
      unsubscribe('http.client.request.created', onRequest);
    },
  };
}
