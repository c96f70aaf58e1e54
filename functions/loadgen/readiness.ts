import pRetry from 'p-retry';
import { type Clock, sleepUntil } from '../../lib/clock.ts';
import type { Identity } from '../../lib/identity.ts';
import type { ClientRequests, StopKind } from './request.ts';

const LONGEST_WAIT_MS = 60_000;
const TOKEN_RETRIES = 2;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 16_000;

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

/**
 * Waits until client's /health answers 200, with the codelab's exponential back-off: 1 s, 2 s, 4 s
 * and so on. Resolves to undefined, or to what was wrong the last time when `untilMs` (of the
 * clock) has come. The telemetry makes no spans of this path.
 */
export async function waitForClient(options: {
  requests: ClientRequests;
  clock: Clock;
  untilMs: number;
  signal: AbortSignal;
}): Promise<string | undefined> {
  const { requests, clock, untilMs, signal } = options;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const settled = clock.after(untilMs - clock.nowMs(), () =>
    over.abort('connectivity' satisfies StopKind),
  );
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const wrong = await checkHealth(requests, either);
      if (wrong === undefined) return undefined;
      if (either.aborted || clock.nowMs() + pauseMs > untilMs) return wrong;
      await sleepUntil(clock, clock.nowMs() + pauseMs, either);
    }
  } finally {
    settled();
  }
}

async function checkHealth(
  requests: ClientRequests,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer = await requests.get('/health', signal);
    return answer.status === 200 ? undefined : `/health answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
