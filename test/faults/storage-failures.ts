import assert from 'node:assert/strict';
import type { BackendCall, Interceptor } from './backend-front.ts';
import type { Expectation } from './row.ts';
import type { SystemOptions } from './system.ts';

/** Each request reads all texts. */
export const PER_REQUEST: SystemOptions = { settings: { worksCache: 'per-request' } };
/** Texts are kept, and each request looks for new ones. */
export const ALWAYS_CHECKED: SystemOptions = { env: { server: { WORKS_TTL_SECONDS: '0' } } };

const answer = (status: number) => (call: BackendCall) => {
  call.response.writeHead(status, { 'content-type': 'text/plain' }).end('refused by the row');
  return true;
};

/** Failures of Cloud Storage, or of the way to it, that another attempt may get past. */
export const PASSING: Readonly<Record<string, Interceptor>> = {
  'answers 503': answer(503),
  'answers 429': answer(429),
  'resets the connection': ({ response }) => {
    response.socket?.resetAndDestroy();
    return true;
  },
  'ends the connection in mid-answer': async (call) => {
    const { headers, body } = await call.fetch();
    call.response.writeHead(200, Object.fromEntries(headers));
    // Only once the half is on its way: the end drops what the socket still holds.
    await new Promise<void>((sent) => {
      call.response.write(body.subarray(0, body.length >> 1), () => sent());
    });
    call.response.socket?.end();
    return true;
  },
  'answers with half of the bytes': (call) =>
    answerChanged(call, (body) => body.subarray(0, body.length >> 1)),
  'answers with a byte that has changed': async (call) => {
    // A listing has no checksum.
    if (!call.key.startsWith('object ')) return false;
    const { headers, body } = await call.fetch();
    const at = body.length >> 1;
    body.writeUInt8(body.readUInt8(at) ^ 1, at);
    call.response.writeHead(200, Object.fromEntries(headers)).end(body);
    return true;
  },
};

/** Answers that stay the same, however often a call is repeated. */
export const LASTING: readonly Interceptor[] = [400, 401, 403].map(answer);

/** Sends what the backend answers, with another body, of any length. */
export async function answerChanged(
  call: BackendCall,
  change: (body: Buffer) => Buffer | string,
  moreHeaders: Readonly<Record<string, string>> = {},
): Promise<true> {
  const { headers, body } = await call.fetch();
  const { 'content-length': _, ...others } = Object.fromEntries(headers);
  call.response.writeHead(200, { ...others, ...moreHeaders }).end(change(body));
  return true;
}

/** Each request meets one of them, in turn. */
export function inTurn(interceptors: readonly Interceptor[]): Interceptor {
  const turns = new Map<string, number>();
  return (call) => {
    const turn = turns.get(call.traceId) ?? turns.size;
    turns.set(call.traceId, turn);
    return interceptors[turn % interceptors.length]?.(call) ?? false;
  };
}

/**
 * No request is right: each fails so, after this many attempts at an object or page at most, and
 * with this many calls of each kind.
 */
export const refused = (
  kind: string,
  mostAttempts: number,
  callsARequest: Readonly<Record<string, number>> = {},
): Expectation => ({
  documented: [kind],
  check({ requests, attempts, calls }) {
    assert.equal(requests.ok, 0);
    assert.equal(attempts, mostAttempts);
    for (const [name, count] of Object.entries(callsARequest)) assert.equal(calls[name], count);
  },
});
