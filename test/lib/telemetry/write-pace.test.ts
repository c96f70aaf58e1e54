import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { createWritePace } from '../../../lib/telemetry/write-pace.ts';

function start(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const lines: string[] = [];
  const nothing = () => {};
  diag.setLogger(
    {
      warn: (...parts) => void lines.push(parts.join(': ')),
      ...{ error: nothing, info: nothing, debug: nothing, verbose: nothing },
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  t.after(() => diag.disable());
  const pace = createWritePace({ name: 'sink', onResume: nothing, random: () => 1 });
  const fail = () => {
    pace.failed(new Error('away'));
    t.mock.timers.tick(1_000);
  };
  return { pace, fail, lines };
}

test('an outage is one line at its second failure, and one at its end', (t) => {
  const { pace, fail, lines } = start(t);
  for (let failure = 0; failure < 20; failure += 1) fail();
  pace.succeeded();
  pace.succeeded();
  assert.deepEqual(lines, [
    'sink stores no spans for now; they wait and are sent again: Error: away',
    'sink stores spans again',
  ]);
});

test('a single failure is no line', (t) => {
  const { pace, fail, lines } = start(t);
  fail();
  pace.succeeded();
  assert.deepEqual(lines, []);
});

test('failures of writes at the same time are one failure, with one pause', (t) => {
  const { pace, lines } = start(t);
  for (let write = 0; write < 4; write += 1) pace.failed(new Error('away'));
  assert.deepEqual(lines, []);
  assert.equal(pace.allows(0), false);
  t.mock.timers.tick(100);
  assert.deepEqual([pace.allows(0), pace.allows(1)], [true, false]);
});
