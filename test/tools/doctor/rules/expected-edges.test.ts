import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../../../tools/doctor/diagnose.ts';
import { DEFECTS } from '../defects.ts';
import { healthyTraces } from '../healthy-traces.ts';

test('spans that no request of a platform has are a different finding from spans that some lack', () => {
  const dark = DEFECTS.find(({ file }) => file === 'server-dark-on-both-platforms')?.traces ?? [];
  const twice = dark.flatMap((trace) => [
    trace,
    { ...trace, traceId: trace.traceId.replace(/./, '0') },
  ]);
  const always = diagnose(twice).findings.map(({ finding }) => finding);
  assert.match(always.join(), /^Not one request on the platform has these spans/);
  const some = diagnose([...twice, ...healthyTraces().slice(1)]).findings.map(
    ({ finding }) => finding,
  );
  assert.match(some.join(), /^Requests lack spans that every request has/);
});
