import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createIdentity } from '../../lib/identity.ts';

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 60_000;

function tokenThatExpires(atMs: number, serial = 0): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: atMs / 1_000, serial })}.`;
}

/** Lets every promise that can settle do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function start() {
  const clock = { nowMs: 1_700_000_000_000 };
  const fetched: string[] = [];
  const issuer = { respond: async (token: string): Promise<string> => token };
  const identity = createIdentity('https://server.run.app', {
    timeoutMs: TIMEOUT_MS,
    now: () => clock.nowMs,
    fetchIdToken: (audience) => {
      fetched.push(audience);
      return issuer.respond(tokenThatExpires(clock.nowMs + 60 * MINUTE_MS, fetched.length));
    },
  });
  return { identity, clock, fetched, issuer };
}

describe('createIdentity', () => {
  test('fetches one token for its audience however many calls want it at once', async () => {
    const { identity, fetched } = start();
    const tokens = await Promise.all(Array.from({ length: 5 }, () => identity.getIdToken()));
    assert.equal(new Set(tokens).size, 1);
    assert.deepEqual(fetched, ['https://server.run.app']);
  });

  test('takes nothing for a token that no header can carry', async () => {
    const { identity, issuer } = start();
    for (const answer of ['<html>sign in</html>', 'a.b', '']) {
      issuer.respond = async (token) => `${token}${answer}\n`;
      await assert.rejects(identity.getIdToken(), (error: Error) =>
        /not an ID token/.test(String(error.cause)),
      );
    }
  });

  test('fetches another after the token was rejected, once a minute', async () => {
    const { identity, clock, fetched } = start();
    const first = await identity.getIdToken();
    assert.equal(identity.discardToken(), true);
    const second = await identity.getIdToken();
    assert.notEqual(second, first);
    clock.nowMs += MINUTE_MS - 1;
    assert.equal(identity.discardToken(), false);
    assert.equal(await identity.getIdToken(), second);
    clock.nowMs += 1;
    assert.equal(identity.discardToken(), true);
    await identity.getIdToken();
    assert.equal(fetched.length, 3);
  });

  test('has another for all that were sent with the rejected token, and fetches it once', async () => {
    const { identity, clock, fetched } = start();
    await identity.getIdToken();
    const sentAtMs = clock.nowMs;
    clock.nowMs += 10;
    assert.equal(identity.discardToken(sentAtMs), true);
    assert.equal(identity.discardToken(sentAtMs), true);
    await identity.getIdToken();
    clock.nowMs += 10;
    assert.equal(identity.discardToken(sentAtMs), true);
    assert.equal(identity.discardToken(clock.nowMs), false);
    await identity.getIdToken();
    assert.equal(fetched.length, 2);
  });

  test('keeps the token until five minutes before it expires', async () => {
    const { identity, clock, fetched } = start();
    const first = await identity.getIdToken();
    clock.nowMs += 55 * MINUTE_MS - 1;
    assert.equal(await identity.getIdToken(), first);
    assert.equal(fetched.length, 1);
    clock.nowMs += 1;
    assert.equal(await identity.getIdToken(), first, 'while it fetches another');
    await settle();
    assert.notEqual(await identity.getIdToken(), first);
    assert.equal(fetched.length, 2);
  });

  test('makes no call wait for a refresh that hangs while the token is good', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { identity, clock, fetched, issuer } = start();
    const first = await identity.getIdToken();
    issuer.respond = () => new Promise(() => {});
    clock.nowMs += 56 * MINUTE_MS;
    const hanging = Symbol();
    for (let call = 0; call < 3; call += 1) {
      const token = await Promise.race([identity.getIdToken(), settle().then(() => hanging)]);
      assert.equal(token, first);
    }
    assert.equal(fetched.length, 2, 'the calls share the refresh');
    clock.nowMs += 3 * MINUTE_MS;
    const waiting = identity.getIdToken();
    t.mock.timers.tick(TIMEOUT_MS);
    await assert.rejects(waiting, { kind: 'unavailable' });
  });

  test('fetches again when a refresh in the background was given up', async () => {
    const { identity, clock, fetched, issuer } = start();
    const first = await identity.getIdToken();
    issuer.respond = () => Promise.reject(new Error('the metadata server is down'));
    clock.nowMs += 56 * MINUTE_MS;
    await identity.getIdToken();
    await settle();
    issuer.respond = async (token) => token;
    assert.equal(await identity.getIdToken(), first);
    await settle();
    assert.notEqual(await identity.getIdToken(), first);
    assert.equal(fetched.length, 3);
  });

  test('uses a token that is still good while a refresh fails', async () => {
    const { identity, clock, issuer } = start();
    const first = await identity.getIdToken();
    issuer.respond = () => Promise.reject(new Error('the metadata server is down'));
    clock.nowMs += 58 * MINUTE_MS;
    assert.equal(await identity.getIdToken(), first);
    clock.nowMs += 1 * MINUTE_MS;
    await assert.rejects(identity.getIdToken(), { kind: 'unavailable' });
  });

  test('says nothing of the inside where there is no token, and everything in the cause', async () => {
    const { identity, issuer } = start();
    issuer.respond = () => Promise.reject(new Error('169.254.169.254 refused'));
    await assert.rejects(identity.getIdToken(), (error: Error) => {
      assert.doesNotMatch(error.message, /169/);
      assert.match(String(error.cause), /169\.254/);
      return true;
    });
  });

  test('gives up a fetch that hangs, and begins another for the next call', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { identity, issuer, fetched } = start();
    issuer.respond = () => new Promise(() => {});
    const waiting = identity.getIdToken();
    t.mock.timers.tick(TIMEOUT_MS);
    await assert.rejects(waiting, (error: Error) => /DeadlineError/.test(String(error.cause)));
    issuer.respond = async (token) => token;
    await identity.getIdToken();
    assert.equal(fetched.length, 2);
  });

  test('lets a caller go away without taking the fetch from the others', async () => {
    const { identity, issuer } = start();
    const held = Promise.withResolvers<void>();
    issuer.respond = async (token) => {
      await held.promise;
      return token;
    };
    const caller = new AbortController();
    const first = identity.getIdToken(caller.signal);
    const second = identity.getIdToken();
    caller.abort(new Error('gone'));
    await assert.rejects(first, /gone/);
    held.resolve();
    assert.ok(await second);
  });

  for (const token of ['nonsense', 'a.b.c', 'a.bnVsbA.c', 'a.e30.c']) {
    test(`refuses ${token}, which says no expiry`, async () => {
      const { identity, issuer } = start();
      issuer.respond = async () => token;
      await assert.rejects(identity.getIdToken(), { kind: 'unavailable' });
    });
  }
});
