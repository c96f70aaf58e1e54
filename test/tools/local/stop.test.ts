import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createStop } from '../../../tools/local/stop.ts';

/** A stop whose signals are given by hand: the test runner listens to the real ones. */
function createHandedStop(t: TestContext) {
  const said: string[] = [];
  let nowMs = 1_000;
  const before = new Set(process.listeners('SIGINT'));
  const beforeTerm = new Set(process.listeners('SIGTERM'));
  const stop = createStop(
    (text) => said.push(text),
    () => nowMs,
  );
  const own = process.listeners('SIGINT').filter((listener) => !before.has(listener));
  const ownTerm = process.listeners('SIGTERM').filter((listener) => !beforeTerm.has(listener));
  t.after(() => {
    for (const listener of own) process.off('SIGINT', listener);
    for (const listener of ownTerm) process.off('SIGTERM', listener);
  });
  return {
    stop,
    said,
    interrupt: () => own.forEach((listener) => void listener('SIGINT')),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('Ctrl-C says at once what is waited for, once, and at the end that all has stopped', (t) => {
  const { stop, said, interrupt, pass } = createHandedStop(t);
  interrupt();
  assert.ok(stop.signal.aborted);
  assert.match(said.join('\n'), /^\nSIGINT: stopping\. .* ends its requests and stores its spans/);
  pass(400);
  interrupt();
  assert.equal(said.length, 1);
  pass(5_000);
  stop.ended();
  assert.deepEqual(said.slice(1), ['Everything has stopped, after 5.40 s.']);
});

test('a run that ends by itself says nothing of stopping', (t) => {
  const { stop, said } = createHandedStop(t);
  stop.ended();
  assert.deepEqual(said, []);
  assert.equal(stop.signal.aborted, false);
});
