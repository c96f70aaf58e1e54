import { get } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import type { Clock } from '../../../lib/clock.ts';
import type { ProbeKnobs } from './knobs.ts';
import type { ProgramName } from './platform.ts';

/** Checks once; rejects or resolves false where the container is not healthy. */
export type Check = (signal: AbortSignal) => Promise<boolean>;

/**
 * What terraform/ and terraform/gke probe. client's check does not call server: a restart of server
 * must not spread.
 */
export const programCheck = (program: ProgramName, port: number): Check =>
  program === 'server' ? grpcCheck(port) : httpCheck(port, '/health');

/** Counts results as kubelet does: the state changes after so many results in a row. */
export function createThreshold(
  knobs: Pick<ProbeKnobs, 'failureThreshold' | 'successThreshold'>,
  healthy: boolean,
): (ok: boolean) => boolean {
  let state = healthy;
  let inARow = 0;
  return (ok) => {
    inARow = ok === state ? 0 : inARow + 1;
    const needed = ok ? knobs.successThreshold : knobs.failureThreshold;
    if (inARow >= needed) {
      state = ok;
      inARow = 0;
    }
    return state;
  };
}

/**
 * Checks at once and then every `periodMs` until stopped. Reports each time whether the container
 * is healthy by the thresholds, and the result of the check.
 */
export function startProbe(options: {
  check: Check;
  knobs: ProbeKnobs;
  /** The state before the first result. */
  initially: boolean;
  clock: Clock;
  onResult(healthy: boolean, ok: boolean): void;
}): { stop(): void } {
  const { check, knobs, clock } = options;
  const judge = createThreshold(knobs, options.initially);
  let stopped = false;
  let abort = new AbortController();
  let cancelNext = () => {};
  const probe = async () => {
    abort = new AbortController();
    const cancelTimeout = clock.after(knobs.timeoutMs, () => abort.abort());
    const ok = await check(abort.signal).catch(() => false);
    cancelTimeout();
    if (stopped) return;
    cancelNext = clock.after(knobs.periodMs, () => void probe());
    options.onResult(judge(ok), ok);
  };
  void probe();
  return {
    stop() {
      stopped = true;
      cancelNext();
      abort.abort();
    },
  };
}

/** httpGet: any status from 200 to 399 is healthy. */
export function httpCheck(port: number, path: string): Check {
  return (signal) =>
    new Promise((resolve, reject) => {
      const headers = { 'user-agent': 'kube-probe/1.33', connection: 'close' };
      const request = get(
        { host: '127.0.0.1', port, path, agent: false, headers, signal },
        (response) => {
          response.resume();
          response.once('error', reject);
          const status = response.statusCode ?? 500;
          response.once('end', () => resolve(status >= 200 && status < 400));
        },
      );
      request.once('error', reject);
    });
}

const SERVING = 1;

/** grpc: grpc.health.v1, on a new connection each time, as kubelet does it. */
export function grpcCheck(port: number): Check {
  return (signal) =>
    new Promise((resolve, reject) => {
      const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
        // Otherwise the channel of the last probe, which may be backing off, is used again.
        'grpc.use_local_subchannel_pool': 1,
        'grpc.enable_retries': 0,
      });
      const call = client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        // HealthCheckRequest without a service asks about the server: no bytes at all
        () => Buffer.alloc(0),
        // HealthCheckResponse: field 1, a varint
        (bytes) => (bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0),
        {},
        (error, status) => {
          client.close();
          if (error) reject(error);
          else resolve(status === SERVING);
        },
      );
      if (signal.aborted) call.cancel();
      else signal.addEventListener('abort', () => call.cancel(), { once: true });
    });
}
