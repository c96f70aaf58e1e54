import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProgressLine } from '../../tools/progress-line.ts';

function create(isTTY: boolean) {
  let nowMs = 0;
  let written = '';
  const stream = {
    isTTY,
    columns: 10,
    write(text: string) {
      written += text;
      return true;
    },
  };
  const line = createProgressLine(stream, () => nowMs);
  return {
    line,
    written: () => written,
    wait(ms: number) {
      nowMs += ms;
    },
  };
}

describe('createProgressLine', () => {
  it('shows nothing in the first second, then one line, cut to the terminal', () => {
    const { line, written, wait } = create(true);
    line.show('read 1 of 42');
    assert.equal(written(), '');
    wait(1000);
    line.show('read 2 of 42');
    assert.equal(written(), '\r\u001b[Kread 2 of');
  });

  it('takes its line away, once', () => {
    const { line, written, wait } = create(true);
    wait(1000);
    line.show('a');
    line.clear();
    line.clear();
    assert.equal(written(), '\r\u001b[Ka\r\u001b[K');
  });

  it('writes nothing where there is no terminal', () => {
    const { line, written, wait } = create(false);
    wait(5000);
    line.show('a');
    line.clear();
    assert.equal(written(), '');
  });
});
