import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDENTITY_DIGITS, identityOf } from '../../../../tools/compare/cohorts/identity.ts';
import { packAlone } from '../../../../tools/compare/cohorts/packed-hops.ts';
import { createRecords } from '../../../../tools/compare/cohorts/packed-records.ts';
import {
  type RequestRecord,
  recordRequest,
} from '../../../../tools/compare/cohorts/request-record.ts';
import { createIdNumbers } from '../../../../tools/traces/id-numbers.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const made = recordRequest(normalise(requestTrace()));
assert.ok(made);
const RECORD: RequestRecord = made;
const NULLS = {
  ...{ rootSpanId: null, durationMs: null, latencyMs: null, startDelayMs: null, runId: null },
  ...{ scheduledMinute: null, sequence: null, query: null, error: null, calls: [] },
};
const OPPOSITES = {
  ...{ impossibleDelay: true, earlyStart: true, whole: false, impossible: true, cold: true },
  ...{ wrongCount: true, orphaned: true, skewed: true, frontEndStored: !RECORD.frontEndStored },
};

function pack(records: readonly RequestRecord[]) {
  const identities = createIdNumbers(IDENTITY_DIGITS);
  const packed = createRecords(identities);
  for (const record of records) {
    packed.add(record, identities.numberOf(identityOf(record.traceId, record.rootSpanId)));
  }
  return packed.all();
}

/** A record as an object. */
const plain = (record: RequestRecord) =>
  Object.fromEntries(
    (Object.keys(RECORD) as (keyof RequestRecord)[]).map((field) => [field, record[field]]),
  );

test('a packed record says what the plain one says, in every field', () => {
  const records = [
    RECORD,
    { ...RECORD, ...NULLS },
    { ...RECORD, ...OPPOSITES },
    { ...RECORD, traceId: 't1', rootSpanId: 'root', error: 'http_504', projectId: '' },
    { ...RECORD, traceId: 't2', rootSpanId: null, keptProbability: 0.25, shedBefore: 7 },
  ];
  assert.deepEqual(pack(records).map(plain), records.map(plain));
});

test('records of several blocks stay apart', () => {
  const records = Array.from({ length: 10_000 }, (_, index) => ({
    ...RECORD,
    traceId: index.toString(16).padStart(32, '0'),
    startMs: index,
    runId: `run ${index}`,
    hops: packAlone([]),
  }));
  const packed = pack(records);
  for (const [index, record] of records.entries()) {
    const { traceId, startMs, runId } = packed[index] ?? assert.fail();
    assert.deepEqual([traceId, startMs, runId], [record.traceId, index, record.runId]);
  }
});

test('of the failures of a kind the first one keeps its detail, in whatever order they come', () => {
  const failure = { outcome: 'status 504', where: 'at server', end: 'too-slow' as const };
  const failed = [300, 100, 200].map((startMs) => ({
    ...RECORD,
    traceId: String(startMs).padStart(32, '0'),
    startMs,
    failure: { ...failure, detail: `at ${startMs}` },
  }));
  assert.deepEqual(
    pack(failed).map((record) => record.failure?.detail),
    ['', 'at 100', ''],
  );
});
