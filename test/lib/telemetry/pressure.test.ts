import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPressure } from '../../../lib/telemetry/pressure.ts';

function setUp() {
  const clock = { ms: 0 };
  const fills = { batch: 0, retry: 0 };
  const pressure = createPressure({
    sources: [() => fills.batch, () => fills.retry],
    nowMs: () => clock.ms,
  });
  return { clock, fills, pressure };
}

test('the pressure is the fuller of the own queues, and at most 1', () => {
  const { fills, pressure } = setUp();
  fills.batch = 0.25;
  fills.retry = 0.5;
  assert.equal(pressure.now(), 0.5);
  fills.batch = 1.5;
  assert.equal(pressure.now(), 1);
  assert.equal(pressure.header(), '1.00');
});

test('the highest of what was heard holds for 3 s, whatever other instances answer, and then falls', () => {
  const { clock, pressure } = setUp();
  pressure.hear('0.75');
  pressure.hear('0.1');
  clock.ms = 3_000;
  assert.equal(pressure.now(), 0.75);
  clock.ms = 4_000;
  assert.equal(pressure.now(), 0.5);
  pressure.hear('0.6');
  assert.equal(pressure.now(), 0.6);
  clock.ms = 60_000;
  assert.equal(pressure.now(), 0);
});

test('what is heard and the own queues go upstream as one figure', () => {
  const { fills, pressure } = setUp();
  fills.batch = 0.25;
  pressure.hear('0.7');
  assert.equal(pressure.header(), '0.70');
  fills.retry = 0.8;
  assert.equal(pressure.header(), '0.80');
});

test('anything but one number from 0 to 1 is ignored', () => {
  const { pressure } = setUp();
  const garbage = [
    '1.01',
    '2',
    '-0.5',
    'NaN',
    'Infinity',
    '1e0',
    '',
    ' 0.5',
    '0.55555',
    '0x1',
    'full',
  ];
  for (const value of [...garbage, ['0.5'], Buffer.from('0.5'), 0.5, undefined, null, {}]) {
    pressure.hear(value);
    assert.equal(pressure.now(), 0, String(value));
  }
  pressure.hear('1.0');
  assert.equal(pressure.now(), 1);
});
