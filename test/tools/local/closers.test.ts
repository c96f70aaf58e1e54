import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClosers } from '../../../tools/local/closers.ts';

describe('createClosers', () => {
  it('ends what was started last first, once', async () => {
    const ended: string[] = [];
    const closers = createClosers();
    closers.add(() => ended.push('first'));
    closers.add(async () => ended.push('second'));
    await Promise.all([closers.closeAll(), closers.closeAll()]);
    assert.deepEqual(ended, ['second', 'first']);
  });

  it('closes the others where one fails, and reports every failure', async () => {
    let ended = false;
    const closers = createClosers();
    closers.add(() => {
      ended = true;
    });
    closers.add(() => Promise.reject(new Error('one')));
    closers.add(() => {
      throw new Error('two');
    });
    await assert.rejects(closers.closeAll(), /could not close everything: two; one/);
    assert.ok(ended);
  });
});
