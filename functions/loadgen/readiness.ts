import pRetry from 'p-retry';
import { type Clock, sleepUntil } from '../../lib/clock.ts';
import type { Identity } from '../../lib/identity.ts';
import type { ClientRequests, StopKind } from './request.ts';

const LONGEST_WAIT_MS = 60_000;
const TOKEN_RETRIES = 2;
/** Ours, and the codelab's: a client of another edition may know only the second. */
const HEALTH_PATHS = ['/health', '/_healthz'];
/** Characters of an answer that is not `ok`. */
const MAX_SHOWN = 100;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 16_000;

/**
 * Prepares a run before its first request is due. The ID token is fetched here, so that it is no
 * part of any request's latency; client's health is asked only where the body says so.
 * Resolves to the reason why nothing can be sent, or to undefined.
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
  return wrong === undefined ? undefined : `client is not ready: ${wrong}`;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Waits until client answers `ok` on /health or else on /_healthz, with the codelab's exponential
 * back-off: 1 s, 2 s, 4 s and so on. Resolves to undefined, or to what came the last time when
 * `untilMs` (of the clock) has come. The telemetry makes no spans of these paths.
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

/** Resolves to what came instead of an `ok`, from each path that was asked. */
async function checkHealth(
  requests: ClientRequests,
  signal: AbortSignal,
): Promise<string | undefined> {
  const wrong: string[] = [];
  for (const path of HEALTH_PATHS) {
    const came = await askHealth(requests, path, signal);
    if (came === undefined) return undefined;
    wrong.push(came);
    if (signal.aborted) break;
  }
  return wrong.join('; ');
}

async function askHealth(
  requests: ClientRequests,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { status, body } = await requests.get(path, signal);
    if (status === 200 && body.trim() === 'ok') return undefined;
    return `${path} answered ${status} ${JSON.stringify(body.slice(0, MAX_SHOWN))}`;
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
