import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { diagnose } from '../../../../tools/doctor/diagnose.ts';
import { requestTrace } from '../../traces/request-trace.ts';

test('a start delay that cannot be is a finding with its value, counted once a request', () => {
  const traces = ['-3600000000', 'soon', '90000000000'].map((delay, sequence) =>
    requestTrace({ sequence, rootAttributes: { [ATTR.startDelayUs]: delay } }),
  );
  const { findings } = diagnose([...traces, requestTrace({ sequence: 3 })]);
  const [finding] = findings.filter(({ id }) => id === 'impossible-times');
  assert.match(finding?.finding ?? '', /impossible start delays/);
  assert.equal(finding?.count, 3);
  assert.match(
    finding?.sightings[0]?.detail ?? '',
    /shakesapp\.start_delay_us "-3600000000": it starts .* before it is due$/,
  );
});
