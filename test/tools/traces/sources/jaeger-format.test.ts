import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fixture, type Loose, readDocument, readFixture, spansOf } from './foreign-file.ts';

/** As Jaeger's own conversion to its query API's JSON wrote it; the README beside it says how. */
const FILE = 'shop-jaeger-of-query-api.json';
const document = async (): Promise<Loose> => JSON.parse(await readFile(fixture(FILE), 'utf8'));

const first = async (change: (span: Loose, trace: Loose) => void) => {
  const changed = await document();
  const [trace] = changed.data;
  change(trace.spans[0], trace);
  return readDocument(changed);
};

test('what Jaeger made of the spans of an SDK is read as those spans', async () => {
  const jaeger = await readFixture(FILE);
  const otlp = await readFixture('shop-otlp-of-javascript-sdk.json');
  assert.equal(jaeger.format, 'Jaeger JSON');
  assert.deepEqual([jaeger.deviations, jaeger.truncated], [[], null]);
  const SCOPE = { 'otel.library.name': 'shop', 'otel.library.version': '0.1.0' };
  const expected = spansOf(otlp.traces).map((span) => ({
    ...span,
    attributes: { ...span.attributes, ...SCOPE },
  }));
  assert.deepEqual(spansOf(jaeger.traces), expected);
});

test('one trace, a list of traces, and an answer without any are recognised', async () => {
  const { data } = await document();
  assert.equal(readDocument(data[0]).spans.length, 5);
  assert.equal(readDocument(data).spans.length, 6);
  assert.equal(
    readDocument({ data: [], total: 0, limit: 0, offset: 0, errors: null }).told[0],
    undefined,
  );
  assert.equal(readDocument({ data: [], errors: null }).name, 'Jaeger JSON');
  assert.equal(readDocument({ data: [] }).name, 'Jaeger JSON');
});

test('what Jaeger did not find is refused with its words', () => {
  const answer = { data: null, errors: [{ code: 404, msg: 'trace not found' }] };
  assert.throws(
    () => readDocument(answer),
    /^UnreadableError: is no answer but an error of Jaeger: "trace not found"/,
  );
});

test('ids are padded, and the parent is the first CHILD_OF in the same trace', async () => {
  const { spans } = await first((span) => {
    span.traceID = 'ff';
    span.spanID = 'A';
    span.references = [
      { refType: 'CHILD_OF', traceID: '1', spanID: '2' },
      { refType: 'FOLLOWS_FROM', traceID: '0ff', spanID: '3' },
      { refType: 'CHILD_OF', traceID: 'ff', spanID: '4' },
    ];
  });
  assert.equal(spans[0]?.traceId, `${'0'.repeat(30)}ff`);
  assert.equal(spans[0]?.spanId, '000000000000000a');
  assert.equal(spans[0]?.parentSpanId, '0000000000000004');
  assert.deepEqual(spans[0]?.links, [
    { traceId: `${'0'.repeat(31)}1`, spanId: '0000000000000002' },
    { traceId: `${'0'.repeat(30)}ff`, spanId: '0000000000000003' },
  ]);
});

test('a call from another trace is a link, and its span a root', async () => {
  const { spans } = await first((span) => {
    span.references = [{ refType: 'CHILD_OF', traceID: '1', spanID: '2' }];
  });
  assert.equal(spans[0]?.parentSpanId, undefined);
  assert.equal(spans[0]?.links?.length, 1);
});

test('FOLLOWS_FROM in the same trace is a parent where there is no other', async () => {
  const { spans } = await first((span) => {
    for (const one of span.references) one.refType = 'FOLLOWS_FROM';
  });
  assert.equal(spans[0]?.parentSpanId, '00f067aa0ba90203');
});

const STATUS: readonly (readonly [string, readonly (readonly [string, unknown])[], object])[] = [
  ['no tag', [], { error: false }],
  ['error', [['error', true]], { error: true }],
  ['error as text', [['error', 'true']], { error: true }],
  ['an error that is none', [['error', false]], { error: false }],
  ['otel.status_code', [['otel.status_code', 'ERROR']], { error: true }],
  [
    'otel.status_code before error',
    [
      ['otel.status_code', 'OK'],
      ['error', true],
    ],
    { error: false },
  ],
  [
    'a description',
    [
      ['error', true],
      ['otel.status_description', 'lost'],
    ],
    { error: true, message: 'lost' },
  ],
];
for (const [what, tags, status] of STATUS) {
  test(`the status follows from ${what}`, async () => {
    const { spans } = await first((span) => {
      span.tags = tags.map(([key, value]) => ({ key, type: 'string', value }));
    });
    assert.deepEqual(spans[0]?.status, status);
    assert.equal(spans[0]?.attributes.error, undefined);
  });
}

const TOLD: readonly (readonly [string, (span: Loose, trace: Loose) => void, readonly string[]])[] =
  [
    [
      'a warning on a span',
      (span) => (span.warnings = ['clock skew']),
      ['stored-warning: "clock skew"'],
    ],
    ['a warning on a trace', (_, trace) => (trace.warnings = ['lost']), ['stored-warning: "lost"']],
    [
      'a process that is missing',
      (span) => (span.processID = 'p9'),
      ['unknown-process: processID "p9"'],
    ],
    ['a member that nobody knows', (span) => (span.more = 1), ['unknown-member: "more" of span']],
    [
      'a tag that comes twice',
      (span) => span.tags.push({ key: 'k', value: 1 }, { key: 'k', value: 2 }),
      ['repeated-key: "k"'],
    ],
    [
      'a tag without a value',
      (span) => span.tags.push({ key: 'k', value: null }),
      ['empty-value: "k"'],
    ],
    [
      'an event without a time',
      (span) => (span.logs[0].timestamp = 0),
      ['impossible-event-time: timestamp is missing'],
    ],
    [
      'a kind that is none',
      (span) => (span.tags = [{ key: 'span.kind', value: 'x' }]),
      ['unknown-member: span.kind "x"'],
    ],
    [
      'a kind with the name of a method',
      (span) => (span.tags = [{ key: 'span.kind', value: 'constructor' }]),
      ['unknown-member: span.kind "constructor"'],
    ],
  ];
for (const [what, change, told] of TOLD) {
  test(`${what} is told of`, async () => assert.deepEqual((await first(change)).told, told));
}

const IMPOSSIBLE: readonly (readonly [string, object, string])[] = [
  ['never started', { startTime: 0 }, 'startTime is missing'],
  ['has no duration', { duration: null }, 'duration is missing'],
  ['lasts less than nothing', { duration: -5 }, 'duration -5 is below 0'],
  ['starts before 1970', { startTime: -5 }, 'startTime -5 is before 1970'],
];
for (const [what, change, why] of IMPOSSIBLE) {
  test(`a span that ${what} says why, and has no time`, async () => {
    const { spans } = await first((span) => Object.assign(span, change));
    assert.equal(spans[0]?.impossible, why);
    assert.equal(spans[0]?.startMs, spans[0]?.endMs);
  });
}

test('a process that stands in the span itself is read', async () => {
  const { spans, told } = await first((span) => {
    delete span.processID;
    span.process = { serviceName: 'inner', tags: [] };
  });
  assert.equal(spans[0]?.attributes['service.name'], 'inner');
  assert.deepEqual(told, []);
});

test('what cannot be read is refused with its place and value', async () => {
  for (const [change, message] of [
    [
      (span: Loose) => (span.spanID = 'xyz'),
      /^data\[0\]\.spans\[0\]\.spanID is "xyz"; allowed: 1 to 16 hex/,
    ],
    [
      (span: Loose) => (span.references[0].refType = 'X'),
      /references\[0\]\.refType is "X"; allowed: CHILD_OF or/,
    ],
    [(span: Loose) => (span.startTime = 'now'), /startTime is "now"; allowed: microseconds/],
    [(span: Loose) => (span.tags = {}), /spans\[0\]\.tags is an empty object; allowed: a list/],
    [
      (span: Loose) => (span.tags[0].value = {}),
      /tags\[0\]\.value is an empty object; allowed: text/,
    ],
  ] as const) {
    await assert.rejects(first(change), { name: 'UnreadableError', message });
  }
});
