import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { backoffMs, mergeJob, parseJob } from '../../../../../tools/local/cloud/scheduler/job.ts';

suite('a scheduler job', () => {
  test('waits between retries as the API documents: doubled, then linear, then the maximum', () => {
    const policy = {
      count: 5,
      maxDurationMs: 0,
      minBackoffMs: 10_000,
      maxBackoffMs: 300_000,
      maxDoublings: 3,
    };
    assert.deepEqual(
      Array.from({ length: 8 }, (_, retry) => backoffMs(retry, policy) / 1000),
      [10, 20, 40, 80, 160, 240, 300, 300],
    );
    assert.equal(backoffMs(1, { ...policy, maxDoublings: 0 }), 20_000);
  });

  test('fills in what is not said', () => {
    const { method, attemptDeadlineMs, retry, oidc, body } = parseJob({
      schedule: '0 0 * * *',
      httpTarget: { uri: 'https://a.example/b' },
    });
    assert.deepEqual(
      [method, attemptDeadlineMs, oidc, body],
      ['POST', 180_000, undefined, undefined],
    );
    assert.deepEqual(retry, {
      count: 0,
      maxDurationMs: 0,
      minBackoffMs: 5_000,
      maxBackoffMs: 3_600_000,
      maxDoublings: 5,
    });
  });

  test('changes what the mask names, at any depth, and nothing else', () => {
    const job = {
      name: 'n',
      schedule: '* * * * *',
      httpTarget: { uri: 'http://a', headers: { a: '1' }, body: Buffer.from('a') },
    };
    const changes = { schedule: '0 * * * *', httpTarget: { uri: 'http://b' } };
    assert.deepEqual(mergeJob(job, changes, ['http_target.uri']), {
      ...job,
      httpTarget: { ...job.httpTarget, uri: 'http://b' },
    });
    assert.deepEqual(mergeJob(job, changes, ['http_target.body']).httpTarget, {
      uri: 'http://a',
      headers: { a: '1' },
    });
    assert.deepEqual(mergeJob(job, changes, []), { ...job, ...changes });
    assert.throws(() => mergeJob(job, changes, ['state']), /update_mask: "state"; allowed: desc/);
    assert.equal(job.httpTarget.uri, 'http://a', 'the job itself is left alone');
  });
});
