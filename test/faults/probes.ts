import assert from 'node:assert/strict';

/** /health of a program answers while a fault lasts. */
export async function checkHealth(origin: string): Promise<void> {
  const answer = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(60_000) });
  assert.equal(await answer.text(), 'ok');
}
