import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStop } from '../../../tools/local/stop.ts';

/** A stop with a clock, and what it says. */
function createTimedStop() {
  const said: string[] = [];
  const clock = { nowMs: 1_000 };
  const stop = createStop(
    (text) => said.push(text),
    () => clock.nowMs,
  );
  return { stop, said, clock };
}

test('Ctrl-C says at once what is waited for, once, and at the end that all has stopped', () => {
  const { stop, said, clock } = createTimedStop();
  stop.setProgramsRun(true);
  stop.interrupt('SIGINT');
  assert.ok(stop.signal.aborted);
  assert.match(said.join('\n'), /^\nSIGINT: stopping\. .* ends its requests and stores its spans/);
  clock.nowMs += 400;
  stop.interrupt('SIGINT');
  assert.equal(said.length, 1);
  clock.nowMs += 5_000;
  stop.ended();
  assert.deepEqual(said.slice(1), ['Everything has stopped, after 5.40 s.']);
});

test('Ctrl-C before the programs start and after they have ended says nothing of them', () => {
  const before = createTimedStop();
  before.stop.interrupt('SIGTERM');
  assert.deepEqual(before.said, ['\nSIGTERM: stopping.']);
  const after = createTimedStop();
  after.stop.setProgramsRun(true);
  after.stop.setProgramsRun(false);
  after.stop.interrupt('SIGINT');
  assert.deepEqual(after.said, ['\nSIGINT: stopping.']);
});

test('a run that ends by itself says nothing of stopping', () => {
  const { stop, said } = createTimedStop();
  stop.ended();
  assert.deepEqual(said, []);
  assert.equal(stop.signal.aborted, false);
});
