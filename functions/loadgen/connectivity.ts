import type { Clock } from './clock.ts';
import type { ClientRequests, StopKind } from './request.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 16_000;

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
  const settled = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  void clock
    .sleepUntil(untilMs, settled.signal)
    .then(() => over.abort('connectivity' satisfies StopKind));
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const wrong = await checkHealth(requests, either);
      if (wrong === undefined) return undefined;
      if (either.aborted || clock.nowMs() + pauseMs > untilMs) return wrong;
      await clock.sleepUntil(clock.nowMs() + pauseMs, either);
    }
  } finally {
    settled.abort();
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
