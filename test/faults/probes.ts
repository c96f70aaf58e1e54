import assert from 'node:assert/strict';

/** /health of a program answers while a fault lasts. */
export async function checkHealth(origin: string): Promise<void> {
  const answer = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(60_000) });
  assert.equal(await answer.text(), 'ok');
}

/**
 * A request is answered while a fault lasts. It is not sampled, so that its spans are not counted.
 */
export async function checkAnswer(origin: string): Promise<void> {
  const answer = await fetch(`${origin}/?q=loue`, {
    headers: { 'x-cloud-trace-context': `${'1'.padStart(32, '0')}/1;o=0` },
    signal: AbortSignal.timeout(60_000),
  });
  assert.equal(answer.status, 200, await answer.text());
}
