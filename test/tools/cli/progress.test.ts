import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { createProgress } from '../../../tools/cli/progress.ts';

function createStream(isTTY: boolean) {
  const stream = new PassThrough({ encoding: 'utf8' });
  const tty = Object.assign(stream, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream;
  return { tty, written: () => String(stream.read() ?? '') };
}

describe('createProgress', () => {
  it('writes one line over on a terminal', () => {
    const { tty, written } = createStream(true);
    const progress = createProgress(tty);
    progress.say('one');
    progress.show('two');
    progress.clear();
    assert.equal(written(), '\r\u001b[Kone\r\u001b[Ktwo\r\u001b[K');
  });

  it('without a terminal says as lines what is to be said, and shows nothing', () => {
    const { tty, written } = createStream(false);
    const progress = createProgress(tty);
    progress.say('one');
    progress.show('two');
    progress.clear();
    assert.equal(written(), 'one\n');
  });
});
