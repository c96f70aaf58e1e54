import pRetry from 'p-retry';
import type { Identity } from '../../lib/identity.ts';
import type { Clock } from './clock.ts';
import { waitForClient } from './connectivity.ts';
import type { ClientRequests } from './request.ts';

const LONGEST_WAIT_MS = 60_000;
const TOKEN_RETRIES = 2;

/**
 * What has to be so before the first request of a run is due. The ID token is fetched here, so
 * that no request's latency contains loadgen's own errand; /health is asked only when wanted.
 * Resolves to why nothing can be sent, or to undefined.
 */
export async function prepare(options: {
  requests: ClientRequests;
  identity: Identity | undefined;
  clock: Clock;
  checkConnectivity: boolean;
  /** What the schedule leaves of the longest run. */
  spareMs: number;
  signal: AbortSignal;
}): Promise<string | undefined> {
  const { requests, identity, clock, checkConnectivity, spareMs, signal } = options;
  const startMs = clock.nowMs();
  if (identity) {
    try {
      await pRetry(() => identity.getIdToken(signal), {
        retries: TOKEN_RETRIES,
        minTimeout: 200,
        signal,
      });
    } catch (error) {
      return `no ID token for client: ${causeOf(error)}`;
    }
  }
  if (!checkConnectivity) return undefined;
  const untilMs = startMs + Math.min(LONGEST_WAIT_MS, spareMs);
  const wrong = await waitForClient({ requests, clock, untilMs, signal });
  return wrong === undefined ? undefined : `client is not reachable: ${wrong}`;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
