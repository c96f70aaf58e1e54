import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type LoadTerms, NO_TERMS } from '../../../services/server/retry-budget.ts';
import { startSharedLoad } from '../../../services/server/shared-load.ts';

const never = new AbortController().signal;
const until = (deadlineMs: number): LoadTerms => ({ ...NO_TERMS, deadlineMs: () => deadlineMs });

function start(first: LoadTerms = NO_TERMS, backgroundUntilMs?: number) {
  const outcome = Promise.withResolvers<string>();
  const closed = new AbortController();
  let seen: { signal: AbortSignal; terms: LoadTerms } | undefined;
  const load = startSharedLoad(
    (signal, terms) => {
      seen = { signal, terms };
      return outcome.promise;
    },
    { first, closed: closed.signal, ...(backgroundUntilMs ? { backgroundUntilMs } : {}) },
  );
  assert.ok(seen);
  return { load, outcome, closed, signal: seen.signal, terms: seen.terms };
}

describe('startSharedLoad', () => {
  test('has the time of the caller that has the most, and less once that one is gone', async () => {
    const { load, outcome, terms } = start(until(100));
    assert.equal(terms.deadlineMs(), 100, 'before the first has joined');
    const patient = new AbortController();
    const first = load.join(never, until(100));
    const second = load.join(patient.signal, until(900));
    assert.equal(terms.deadlineMs(), 900);
    patient.abort(new Error('gone'));
    await assert.rejects(second, /gone/);
    assert.equal(terms.deadlineMs(), 100);
    outcome.resolve('read');
    assert.equal(await first, 'read');
  });

  test('ends when the last of its callers goes away, and not before', async () => {
    const { load, signal } = start();
    const callers = [new AbortController(), new AbortController()];
    const joined = callers.map((caller) => load.join(caller.signal, NO_TERMS));
    callers[0]?.abort(new Error('gone'));
    await assert.rejects(joined[0] ?? Promise.resolve(), /gone/);
    assert.deepEqual([signal.aborted, load.isAbandoned()], [false, false]);
    callers[1]?.abort(new Error('gone too'));
    await assert.rejects(joined[1] ?? Promise.resolve(), /gone too/);
    assert.deepEqual([signal.aborted, load.isAbandoned()], [true, true]);
  });

  test('goes on in the background, for as long as it may', async () => {
    const { load, signal, terms } = start(until(100), 60_000);
    const caller = new AbortController();
    const joined = load.join(caller.signal, until(100));
    caller.abort(new Error('gone'));
    await assert.rejects(joined, /gone/);
    assert.deepEqual([signal.aborted, load.isAbandoned()], [false, false]);
    assert.equal(terms.deadlineMs(), 60_000);
  });

  test('tells every caller that something is asked for again, late ones too', () => {
    const told: string[] = [];
    const tell = (name: string): LoadTerms => ({ ...NO_TERMS, onRetry: () => told.push(name) });
    const { load, terms } = start();
    void load.join(never, tell('first'));
    terms.onRetry();
    void load.join(never, tell('late'));
    assert.deepEqual(told, ['first', 'late']);
  });

  test('has the attempts of the caller that has the most, whoever began it', async () => {
    const sent = (times: number): LoadTerms => ({ ...NO_TERMS, earlierCalls: () => times });
    const { load, terms } = start(sent(999));
    assert.equal(terms.earlierCalls(), 999, 'before the first has joined');
    void load.join(never, sent(999));
    const fresh = new AbortController();
    const joined = load.join(fresh.signal, sent(0));
    assert.equal(terms.earlierCalls(), 0);
    fresh.abort(new Error('gone'));
    await assert.rejects(joined, /gone/);
    assert.equal(terms.earlierCalls(), 999);
  });

  test('ends when the server stops', () => {
    const { closed, signal } = start(NO_TERMS, 60_000);
    closed.abort(new Error('the server is stopping'));
    assert.equal(signal.aborted, true);
  });
});
