import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../../../lib/clock.ts';
import { createTokenIssuer } from '../../../../../tools/local/cloud/identity/tokens.ts';
import {
  checkInvoker,
  INVOKERS,
  removeSignature,
} from '../../../../../tools/local/platforms/cloud-run/iam.ts';
import { get, startContainer, startHarness } from './harness.ts';

const audience = 'https://localhost:1';
const email = 'loadgen@p.iam.gserviceaccount.com';

async function setUp() {
  let now = Date.UTC(2026, 0, 1);
  const tokens = await createTokenIssuer({ clock: { ...systemClock, epochMs: () => now } });
  const check = (authorization: string | undefined) =>
    checkInvoker({ authorization, audience, invokers: [email], tokens });
  return { tokens, check, advance: (ms: number) => (now += ms) };
}

describe('checkInvoker', () => {
  it('lets the one caller of the edge in', async () => {
    const { tokens, check } = await setUp();
    assert.equal(
      await check(`Bearer ${await tokens.issueIdToken({ email, audience })}`),
      undefined,
    );
  });

  it('refuses a request without a token with 403', async () => {
    const { check } = await setUp();
    assert.equal((await check(undefined))?.status, 403);
  });

  it('refuses a valid token of another account with 403', async () => {
    const { tokens, check } = await setUp();
    const token = await tokens.issueIdToken({
      email: 'server@p.iam.gserviceaccount.com',
      audience,
    });
    const refusal = await check(`Bearer ${token}`);
    assert.equal(refusal?.status, 403);
    assert.match(refusal?.reason ?? '', /server@p\.iam\.gserviceaccount\.com does not have roles/);
  });

  it('refuses an expired token with 401', async () => {
    const { tokens, check, advance } = await setUp();
    const token = await tokens.issueIdToken({ email, audience, expiresInSeconds: 60 });
    advance(61_000);
    const refusal = await check(`Bearer ${token}`);
    assert.equal(refusal?.status, 401);
    assert.match(refusal?.reason ?? '', /expired/);
  });

  it('refuses a token for another service with 401', async () => {
    const { tokens, check } = await setUp();
    const token = await tokens.issueIdToken({ email, audience: 'https://localhost:2' });
    const refusal = await check(`Bearer ${token}`);
    assert.equal(refusal?.status, 401);
    assert.match(refusal?.reason ?? '', /audience/);
  });

  it('refuses a token that somebody else signed, and one that is none, with 401', async () => {
    const { check } = await setUp();
    const stranger = await createTokenIssuer();
    const forged = await stranger.issueIdToken({ email, audience });
    for (const authorization of [`Bearer ${forged}`, 'Bearer x', 'Basic dTpw', 'Bearer ']) {
      assert.equal((await check(authorization))?.status, 401, authorization);
    }
  });
});

describe('front end: identity', () => {
  it('answers 401 as Cloud Run does, and no container sees the request', async (t) => {
    const { check } = await setUp();
    const upstream = await startContainer(t, () => assert.fail('reached the container'));
    const { origin } = await startHarness(t, { upstream, checkInvoker: check });
    const answer = await get(origin, { headers: { authorization: 'Bearer x' } });
    assert.equal(answer.status, 401);
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer error="invalid_token"/);
    assert.match(answer.body, /401 Unauthorized/);
    assert.equal((await get(origin)).status, 403);
  });

  it('takes the signature out of the token before the container sees it', async (t) => {
    const upstream = await startContainer(t, (request, response) => {
      response.end(request.headers.authorization);
    });
    const { origin } = await startHarness(t, { upstream });
    const answer = await get(origin, { headers: { authorization: 'Bearer head.body.signature' } });
    assert.equal(answer.body, 'Bearer head.body.SIGNATURE_REMOVED_BY_GOOGLE');
    assert.equal(removeSignature('Basic dTpw'), 'Basic dTpw');
  });
});

describe('INVOKERS', () => {
  it('names one caller for each edge of the request path', () => {
    assert.deepEqual(INVOKERS, { loadgen: ['scheduler'], client: ['loadgen'], server: ['client'] });
  });
});
