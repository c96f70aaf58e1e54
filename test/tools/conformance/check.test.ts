import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Check,
  type Finding,
  GoneError,
  runChecks,
  type Skipped,
} from '../../../tools/conformance/check.ts';

const FINDING: Finding = { sent: 'a call', came: 'nothing', fix: 'answer' };

const check = (id: string, found: Finding | Skipped | null, after: readonly string[]): Check => ({
  id,
  group: 'Answers',
  title: id,
  rule: { section: 'server', says: '' },
  after,
  run: async () => found,
});

const outcomesOf = async (checks: readonly Check[]) =>
  (await runChecks(checks, { signal: new AbortController().signal })).map(({ outcome }) => outcome);

describe('runChecks', () => {
  it('leaves out what follows a finding, and what follows that', async () => {
    const checks = [
      check('a', FINDING, []),
      check('b', FINDING, ['a']),
      check('c', FINDING, ['b']),
    ];
    assert.deepEqual(await outcomesOf(checks), ['finding', 'skipped', 'skipped']);
  });

  it('runs what follows a check that had nothing to say', async () => {
    const checks = [check('a', { skipped: 'it has no /ready' }, []), check('b', FINDING, ['a'])];
    assert.deepEqual(await outcomesOf(checks), ['skipped', 'finding']);
  });

  it('ends with the reason of the signal, whatever a check waits for', async () => {
    const interrupted = new AbortController();
    const { signal } = interrupted;
    const waits: Check = {
      ...check('a', null, []),
      run() {
        interrupted.abort(new Error('interrupted'));
        return new Promise(() => {});
      },
    };
    await assert.rejects(runChecks([waits], { signal }), { message: 'interrupted' });
  });

  it('quotes what the contract says of an error after which nothing else can be said', async () => {
    const rule = { section: 'server', says: 'in plain text' };
    const fails: Check = {
      ...check('a', null, []),
      run: () => Promise.reject(new GoneError('it speaks TLS', { rule, reason: 'it speaks TLS' })),
    };
    const { signal } = new AbortController();
    const [first, next] = await runChecks([fails, check('b', null, [])], { signal });
    assert.deepEqual(first?.rule, rule);
    assert.equal(next?.outcome === 'skipped' && next.reason, 'it speaks TLS');
  });
});
