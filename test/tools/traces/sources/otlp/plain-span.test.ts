import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSpan } from '../../../../../tools/traces/sources/otlp/decode.ts';
import { plainSpan } from '../../../../../tools/traces/sources/otlp/plain-span.ts';
import { type Loose, objectsIn } from '../../mutations.ts';

const SHARED = { 'service.name': 'client', host: 'a' };

const FULL: Loose = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: '00f067aa0ba902b7',
  traceState: '',
  parentSpanId: 'b7ad6b7169203331',
  flags: 257,
  name: 'GET /search',
  kind: 2,
  startTimeUnixNano: '1772445600000123456',
  endTimeUnixNano: '1772445600020000001',
  attributes: [
    { key: 'text', value: { stringValue: 'a "quoted" text' } },
    { key: 'host', value: { stringValue: 'of the span' } },
    { key: 'int', value: { intValue: '-42' } },
    { key: 'int as number', value: { intValue: 42 } },
    { key: 'double', value: { doubleValue: 1.5 } },
    { key: 'bool', value: { boolValue: true } },
  ],
  droppedAttributesCount: 0,
  events: [
    {
      timeUnixNano: '1772445600000223456',
      name: 'request_start',
      attributes: [{ key: 'on', value: { boolValue: false } }],
      droppedAttributesCount: 0,
    },
  ],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: 2, message: 'gone' },
};

const { parentSpanId: _, ...TOP } = FULL;
/** By name: spans as senders write them as a rule. */
const PLAIN: Readonly<Record<string, Loose>> = {
  'every member': FULL,
  'no parent': TOP,
  'an empty parent': { ...FULL, parentSpanId: '' },
  'no attributes, events or status': { ...FULL, attributes: [], events: [], status: {} },
  'only what has to be there': {
    ...{ traceId: FULL.traceId, spanId: FULL.spanId, name: 'a' },
    ...{ startTimeUnixNano: '1772445600000000000', endTimeUnixNano: '1772445600000000000' },
  },
};

/** The decoder's span; undefined where it refuses or reports. */
function decoded(raw: unknown) {
  let isReported = false;
  try {
    const span = decodeSpan(raw, SHARED, () => {
      isReported = true;
    });
    return isReported || span.impossible !== undefined ? undefined : span;
  } catch {
    return undefined;
  }
}

const textOf = (raw: unknown) => JSON.stringify(raw);

for (const [name, raw] of Object.entries(PLAIN)) {
  test(`a plain span is read as the decoder reads it: ${name}`, () => {
    assert.equal(textOf(plainSpan(raw, SHARED)), textOf(decoded(raw)));
    assert.deepEqual(plainSpan(raw, SHARED), decoded(raw));
  });
}

const REPLACEMENTS: readonly unknown[] = [
  ...[null, 0, 1, 2, 3, 5, 6, -1, 1.5, 1e21, true, false, [], {}, [{}], [null], ['a']],
  ...[
    '',
    '0',
    '1',
    '01',
    '-1',
    '-0',
    '1.0',
    '1e3',
    'a',
    'A',
    'STATUS_CODE_ERROR',
    'SPAN_KIND_SERVER',
  ],
  ...[
    '0'.repeat(16),
    '0'.repeat(32),
    'F'.repeat(16),
    'f'.repeat(16),
    'f'.repeat(32),
    'kRcB9Q5fGns=',
  ],
  ...['9223372036854775807', '9223372036854775808', '1772445600000123455', '1772445600020000002'],
  ...['10000000', '999999', '1000000', '9007199254740993', '999999999999999', '__proto__', 'text'],
  ...[Number.MAX_SAFE_INTEGER + 1, { stringValue: 'a' }, { stringValue: 'a', intValue: '1' }],
  ...[{ arrayValue: { values: [] } }, { key: 'text', value: { stringValue: 'twice' } }],
];

test('whatever a member holds, a span is read as the decoder reads it or left to the decoder', () => {
  let [plain, left] = [0, 0];
  const check = (raw: Loose, what: string) => {
    const span = plainSpan(raw, SHARED);
    if (span === null) left += 1;
    else {
      plain += 1;
      assert.equal(textOf(span), textOf(decoded(raw)), what);
    }
  };
  const owners = objectsIn(FULL).length;
  for (let place = 0; place < owners; place += 1) {
    const ownerIn = (raw: Loose) => objectsIn(raw)[place];
    for (const name of Object.keys(ownerIn(FULL))) {
      for (const value of REPLACEMENTS) {
        const raw = structuredClone(FULL);
        ownerIn(raw)[name] = value;
        check(raw, `${name} of object ${place} is ${JSON.stringify(value)}`);
      }
      for (const other of [`${name}X`, name.replace(/[A-Z]/g, '_$&').toLowerCase()]) {
        const raw = structuredClone(FULL);
        const owner = ownerIn(raw);
        const value = owner[name];
        delete owner[name];
        check(raw, `${name} of object ${place} is missing`);
        owner[other] = value;
        check(raw, `${name} of object ${place} is called ${other}`);
      }
    }
  }
  for (const list of ['attributes', 'events', 'links']) {
    for (const value of REPLACEMENTS) {
      check({ ...FULL, [list]: [...FULL[list], value] }, `${JSON.stringify(value)} in ${list}`);
    }
  }
  for (const value of REPLACEMENTS) check(value, JSON.stringify(value));
  assert.ok(plain > 200 && left > 1_000, `${plain} were plain, ${left} were left`);
});

test('spans with equal attributes share them', () => {
  const [one, other] = [plainSpan(FULL, SHARED), plainSpan(structuredClone(FULL), SHARED)];
  assert.equal(one?.attributes, other?.attributes);
  assert.equal(plainSpan({ ...FULL, attributes: [] }, SHARED)?.attributes, SHARED);
  const ofAnother = plainSpan(FULL, { ...SHARED, more: 'yes' });
  assert.deepEqual(ofAnother?.attributes, { ...SHARED, ...one?.attributes, more: 'yes' });
});
