import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { diagnose } from '../../../tools/doctor/diagnose.ts';
import { NO_EXAMPLE } from '../../../tools/traces/deviation.ts';
import { change, remove, set } from './changes.ts';
import { healthyTraces } from './healthy-traces.ts';

const deviation = (kind: 'base64-id' | 'conflicting-span') => ({
  ...{ kind, count: 3 },
  example: { ...NO_EXAMPLE, file: 'in.jsonl', line: 4 },
});

test('what was read right, though not as written by the specification, is a note', () => {
  const { findings, notes } = diagnose(healthyTraces(), { deviations: [deviation('base64-id')] });
  assert.deepEqual(findings, []);
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? '', /^3 identifiers are base64 .*in\.jsonl, line 4\)$/);
});

test('what may hide a loss is a finding, with its count', () => {
  const { findings, notes } = diagnose(healthyTraces(), {
    deviations: [deviation('conflicting-span')],
  });
  assert.deepEqual(notes, []);
  assert.deepEqual(
    findings.map(({ id, count }) => [id, count]),
    [['damaged-input', 3]],
  );
  assert.match(findings[0]?.finding ?? '', /^Different spans have the same id\./);
});

test('a program in another language without a name is a note', () => {
  const traces = change({
    ...{ read: remove, object: remove, search: remove },
    serve: (span) => ({ ...span, name: 'server.readFiles', attributes: {} }),
  });
  const { findings, notes } = diagnose(traces);
  assert.deepEqual(findings, []);
  assert.match(
    notes[0] ?? '',
    /^1 span comes from a program without service\.name, .* have a name$/,
  );
});

test('requests that were shed are a note, counted by those of their run that have a trace', () => {
  const traces = change({
    root: set({ [ATTR.shedSoFar]: '7', [ATTR.keptProbability]: '0.25' }),
  });
  const { findings, notes } = diagnose(traces);
  assert.deepEqual(findings, []);
  assert.deepEqual(notes, [
    'At least 7 requests were shed under pressure of the trace backend and have no trace (kept probability down to 0.25)',
  ]);
});
