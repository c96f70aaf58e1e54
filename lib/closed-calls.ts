import { subscribe } from 'node:diagnostics_channel';
import type { Http2Stream } from 'node:http2';
import { Http2SubchannelConnector } from '@grpc/grpc-js/build/src/transport.js';

/**
 * Lets go of a gRPC call once it has ended. Otherwise almost each one lives until V8 collects all of
 * its memory, and with it the request and its spans: it is copied twice on the way, and what piles up
 * makes complete collections three times as frequent. Two things hold a call:
 *
 * - Node keeps a closed HTTP/2 stream that long, with its listeners.
 * - The channel keeps its open calls in a Set. A Set that shrinks or grows gets a new table, and the old
 *   one refers to it and to the calls of that time. Once one of the old tables is among V8's old
 *   objects, it keeps all that come after it.
 */
export function releaseClosedCalls(): void {
  subscribe('http2.client.stream.close', beforeClose);
  subscribe('http2.server.stream.close', beforeClose);
  const { connect } = Http2SubchannelConnector.prototype;
  Http2SubchannelConnector.prototype.connect = async function connectWithList(...target) {
    const transport = await connect.apply(this, target);
    (transport as unknown as { activeCalls: Iterable<unknown> }).activeCalls = new CallList();
    return transport;
  };
}

/** After the last listener of 'close' a stream emits nothing. */
function beforeClose(message: unknown): void {
  (message as { stream: Http2Stream }).stream.on('close', forget);
}

function forget(this: Http2Stream): void {
  // A stream listens to that too, and would be told of each of the others.
  this.removeAllListeners('removeListener');
  this.removeAllListeners();
}

/** What the channel uses of a Set. Calls end about in the order in which they began. */
class CallList {
  readonly #calls: unknown[] = [];

  get size(): number {
    return this.#calls.length;
  }

  add(call: unknown): void {
    this.#calls.push(call);
  }

  delete(call: unknown): void {
    const place = this.#calls.indexOf(call);
    if (place !== -1) this.#calls.splice(place, 1);
  }

  /** Of those that are open now: to tell them of a lost connection ends them. */
  [Symbol.iterator](): Iterator<unknown> {
    return [...this.#calls][Symbol.iterator]();
  }
}
