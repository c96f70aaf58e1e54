import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock } from '../../../../../lib/clock.ts';
import { createTokenIssuer } from '../../../../../tools/local/cloud/identity/tokens.ts';

const EMAIL = 'client@shakesapp-local.iam.gserviceaccount.com';

suite('tokens', () => {
  test('an ID token holds for its audience and its hour', async () => {
    let nowMs = Date.parse('2026-03-02T12:00:00Z');
    const issuer = await createTokenIssuer({ clock: { ...systemClock, epochMs: () => nowMs } });
    const token = await issuer.issueIdToken({ email: EMAIL, audience: 'https://a.example' });
    assert.deepEqual(await issuer.verifyIdToken(token, 'https://a.example'), { email: EMAIL });
    await assert.rejects(
      issuer.verifyIdToken(token, 'https://b.example'),
      /for the audience "https:\/\/a\.example", not "https:\/\/b\.example"/,
    );
    nowMs += 3_600_001;
    await assert.rejects(issuer.verifyIdToken(token, 'https://a.example'), /has expired/);
  });

  test('an ID token of another issuer, or without an account, does not hold', async () => {
    const [issuer, other] = await Promise.all([createTokenIssuer(), createTokenIssuer()]);
    const foreign = await other.issueIdToken({ email: EMAIL, audience: 'a' });
    await assert.rejects(issuer.verifyIdToken(foreign, 'a'), /is not valid/);
    await assert.rejects(issuer.verifyIdToken('made-up', 'a'), /is not valid/);
    const nameless = await issuer.issueIdToken({ email: EMAIL, audience: 'a', withEmail: false });
    await assert.rejects(issuer.verifyIdToken(nameless, 'a'), /names no e-mail/);
  });

  test('an access token holds for its hour', async () => {
    let nowMs = 0;
    const issuer = await createTokenIssuer({ clock: { ...systemClock, epochMs: () => nowMs } });
    const { token, expiresInSeconds } = issuer.issueAccessToken(EMAIL);
    assert.equal(expiresInSeconds, 3_599);
    assert.deepEqual(issuer.verifyAccessToken(token), { email: EMAIL });
    assert.throws(() => issuer.verifyAccessToken('made-up'), /was not issued here/);
    nowMs += 3_600_000;
    assert.throws(() => issuer.verifyAccessToken(token), /has expired/);
  });

  test('of access tokens only the last thousand are kept', async () => {
    const issuer = await createTokenIssuer();
    const first = issuer.issueAccessToken(EMAIL).token;
    const second = issuer.issueAccessToken(EMAIL).token;
    for (let count = 2; count < 1_001; count += 1) issuer.issueAccessToken(EMAIL);
    assert.throws(() => issuer.verifyAccessToken(first), /was not issued here/);
    assert.deepEqual(issuer.verifyAccessToken(second), { email: EMAIL });
  });
});
