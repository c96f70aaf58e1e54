import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isWarning } from '../../../../tools/traces/deviation.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { requestTrace, spanIdOf } from '../request-trace.ts';
import { otlp } from './otlp-file.ts';
import { toArray } from './to-array.ts';

const SIGNAL = new AbortController().signal;

/** Anything within a document, to be changed in place. */
// biome-ignore lint/suspicious/noExplicitAny: a defect may put any value anywhere
type Loose = any;

type Read = Readonly<{
  traces: readonly Trace[];
  deviations: readonly (readonly [string, number])[];
  truncated: string | null;
}>;

async function read(t: TestContext, content: string | Buffer): Promise<Read> {
  const folder = await mkdtemp(join(tmpdir(), 'defects-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'in.jsonl');
  await writeFile(path, content);
  const source = await openFiles([path]);
  const traces = await toArray(source.read(SIGNAL));
  return {
    traces,
    deviations: source.deviations().map(({ kind, count }) => [kind, count] as const),
    truncated: source.truncated()?.replace(path, 'FILE') ?? null,
  };
}

const TRACE = requestTrace();
const intact = (): Loose => structuredClone(otlp(TRACE));
const lineOf = (document: unknown) => `${JSON.stringify(document)}\n`;
const spansOf = (document: Loose): Loose[] =>
  document.resourceSpans.flatMap((one: Loose) =>
    one.scopeSpans.flatMap((scope: Loose) => scope.spans),
  );

/** A document in which every span was changed. */
function changed(change: (span: Loose, index: number) => void): Loose {
  const document = intact();
  for (const [index, span] of spansOf(document).entries()) change(span, index);
  return document;
}

const DAY_NANOS = 24n * 60n * 60n * 1_000_000_000n;

const base64 = (hex: string) => (hex ? Buffer.from(hex, 'hex').toString('base64') : '');

function withBase64Ids(encode: (hex: string) => string): Loose {
  return changed((span) => {
    for (const name of ['traceId', 'spanId', 'parentSpanId']) span[name] = encode(span[name]);
  });
}

const snake = (value: Loose): Loose => {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snake(inner),
    ]),
  );
};

const METRICS = { resourceMetrics: [{ resource: {}, scopeMetrics: [] }] };
const LOGS = { resourceLogs: [{ resource: {}, scopeLogs: [] }] };

/** What is read as if nothing were wrong, with what is reported. */
const READ: readonly (readonly [string, () => string | Buffer, [string, number][]])[] = [
  [
    'upper-case ids',
    () =>
      lineOf(
        changed((span) => {
          span.spanId = span.spanId.toUpperCase();
          span.parentSpanId = span.parentSpanId.toUpperCase();
        }),
      ),
    [],
  ],
  ['base64 ids', () => lineOf(withBase64Ids(base64)), [['base64-id', 29]]],
  [
    'base64url ids without padding',
    () =>
      lineOf(
        withBase64Ids((id) =>
          base64(id).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
        ),
      ),
    [['base64-id', 29]],
  ],
  [
    'a parent of zeros',
    () =>
      lineOf(
        changed((span) => {
          span.parentSpanId ||= '0'.repeat(16);
        }),
      ),
    [],
  ],
  [
    'a parent that is null',
    () =>
      lineOf(
        changed((span) => {
          span.parentSpanId ||= null;
        }),
      ),
    [],
  ],
  [
    'a parent of zeros in base64',
    () =>
      lineOf(
        changed((span) => {
          span.parentSpanId ||= base64('0'.repeat(16));
        }),
      ),
    [],
  ],
  [
    'times as numbers',
    () =>
      lineOf(
        changed((span) => {
          span.startTimeUnixNano = Number(span.startTimeUnixNano);
          span.endTimeUnixNano = Number(span.endTimeUnixNano);
        }),
      ),
    [],
  ],
  [
    'times with an exponent',
    () =>
      lineOf(
        changed((span) => {
          span.endTimeUnixNano = `${span.endTimeUnixNano.slice(0, -9)}.${span.endTimeUnixNano.slice(-9)}e9`;
        }),
      ),
    [],
  ],
  [
    'enums by name',
    () =>
      lineOf(
        changed((span) => {
          span.kind = ['', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT'][span.kind];
          span.status.code = 'STATUS_CODE_OK';
        }),
      ),
    [],
  ],
  [
    'null members',
    () =>
      lineOf(
        changed((span) => Object.assign(span, { links: null, traceState: null, flags: null })),
      ),
    [],
  ],
  [
    'null in place of every list and message that may be absent',
    () => {
      const document = changed((span) => Object.assign(span, { links: null, traceState: null }));
      document.resourceSpans.push(
        { resource: null, scopeSpans: null, schemaUrl: null },
        { resource: { attributes: null, droppedAttributesCount: null }, scope_spans: null },
        { instrumentationLibrarySpans: null },
        { resource: null, scopeSpans: [{ scope: null, spans: null }] },
      );
      return `{"resourceSpans":null}\n${lineOf(document)}{"resource_spans":null}\n`;
    },
    [],
  ],
  ['the names of the .proto', () => lineOf(snake(intact())), []],
  [
    'instrumentationLibrarySpans',
    () => {
      const document = intact();
      for (const one of document.resourceSpans) {
        one.instrumentationLibrarySpans = one.scopeSpans;
        delete one.scopeSpans;
      }
      return lineOf(document);
    },
    [['old-scope-name', 10]],
  ],
  [
    'metrics and logs beside traces',
    () => lineOf(METRICS) + lineOf(intact()) + lineOf(LOGS),
    [['other-signal', 2]],
  ],
  ['empty requests', () => `{}\n${lineOf(intact())}{"resourceSpans":[]}\n`, []],
  ['members that nobody knows', () => lineOf({ ...intact(), more: 1 }), [['unknown-member', 1]]],
  ['a list of requests', () => lineOf([intact(), {}]), []],
  ['a document over many lines', () => JSON.stringify(intact(), null, 2), []],
  [
    'two documents over many lines',
    () => `${JSON.stringify({}, null, 2)}\n${JSON.stringify(intact(), null, 4)}\n`,
    [],
  ],
  ['two documents in one line', () => `{}${JSON.stringify(intact())}`, []],
  ['blank lines and CRLF', () => `\r\n\n${lineOf(intact()).replace('\n', '\r\n')}\r\n`, []],
  ['a byte order mark', () => `\uFEFF${lineOf(intact())}`, []],
  ['gzip', () => gzipSync(lineOf(intact())), []],
  ['gzip in two members', () => Buffer.concat([gzipSync('{}\n'), gzipSync(lineOf(intact()))]), []],
  ['zstd', () => zstdCompressSync(lineOf(intact())), []],
  [
    'a span that was exported twice',
    () => lineOf(intact()) + lineOf(intact()),
    [['duplicate-span', 10]],
  ],
  [
    'spans in another order',
    () => {
      const document = intact();
      document.resourceSpans.reverse();
      return lineOf(document);
    },
    [],
  ],
  [
    'attributes that the SDK dropped',
    () =>
      lineOf(
        changed((span, index) => {
          if (index === 0) span.droppedAttributesCount = 3;
        }),
      ),
    [['dropped-by-sdk', 3]],
  ],
];

const sorted = (traces: readonly Trace[]) =>
  traces.map(({ spans, ...trace }) => ({
    ...trace,
    spans: [...spans].sort((one, other) => (one.spanId < other.spanId ? -1 : 1)),
  }));

for (const [defect, write, deviations] of READ) {
  test(`${defect}: read right, and told of`, async (t) => {
    const found = await read(t, write());
    const expected = await read(t, lineOf(intact()));
    assert.deepEqual(sorted(found.traces), sorted(expected.traces));
    assert.deepEqual(found.deviations, deviations);
    assert.equal(found.truncated, null);
  });
}

for (const [status, error] of [
  [{ deprecatedCode: 2 }, true],
  [{ code: 0, deprecatedCode: 'DEPRECATED_STATUS_CODE_UNKNOWN_ERROR' }, true],
  [{ code: 1, deprecatedCode: 2 }, false],
  [{ code: 2, deprecatedCode: 0 }, true],
  [{ deprecatedCode: 0 }, false],
  [{ deprecatedCode: 'DEPRECATED_STATUS_CODE_OK' }, false],
  [{ deprecatedCode: null }, false],
] as const) {
  test(`a status ${JSON.stringify(status)} of an old sender is ${error ? 'an' : 'no'} error`, async (t) => {
    const { traces } = await read(t, lineOf(changed((span) => Object.assign(span, { status }))));
    assert.deepEqual(traces[0]?.spans[0]?.status, { error });
  });
}

test('a status of error is read by number and by name', async (t) => {
  for (const code of [2, '2', 'STATUS_CODE_ERROR']) {
    const { traces } = await read(
      t,
      lineOf(changed((span) => Object.assign(span.status, { code }))),
    );
    assert.deepEqual(traces[0]?.spans[0]?.status, { error: true, message: 'read' });
  }
});

/** What stays in the tree without a time. */
const IMPOSSIBLE: readonly (readonly [string, (span: Loose) => void, RegExp])[] = [
  [
    'ends before it starts',
    (span) => {
      [span.startTimeUnixNano, span.endTimeUnixNano] = [
        span.endTimeUnixNano,
        span.startTimeUnixNano,
      ];
    },
    /in\.jsonl, line 1: endTimeUnixNano "\d+" is before startTimeUnixNano "\d+"$/,
  ],
  ['never ends', (span) => delete span.endTimeUnixNano, /endTimeUnixNano is missing$/],
  [
    'ends at 0',
    (span) => {
      span.endTimeUnixNano = '0';
    },
    /endTimeUnixNano is missing$/,
  ],
  [
    'never starts',
    (span) => {
      span.startTimeUnixNano = null;
    },
    /startTimeUnixNano is missing$/,
  ],
  [
    'starts between two nanoseconds',
    (span) => {
      span.startTimeUnixNano = `${span.startTimeUnixNano}.5`;
    },
    /startTimeUnixNano "[\d.]+" is a fraction of a nanosecond$/,
  ],
  [
    'ends after 2262',
    (span) => {
      span.endTimeUnixNano = '9223372036854775808';
    },
    /endTimeUnixNano "9223372036854775808" is beyond 2\^63 nanoseconds$/,
  ],
  [
    'starts before 1970',
    (span) => {
      span.startTimeUnixNano = '-5';
    },
    /startTimeUnixNano "-5" is before 1970$/,
  ],
];
for (const [what, change, why] of IMPOSSIBLE) {
  test(`a span that ${what} keeps its edges, says why, and has no time`, async (t) => {
    const document = changed((span, index) => {
      if (index === 5) change(span);
    });
    const [trace] = (await read(t, lineOf(document))).traces;
    const span = trace?.spans.find(({ spanId }) => spanId === spanIdOf(6));
    assert.match(span?.impossible ?? '', why);
    assert.equal(span?.startMs, TRACE.spans[0]?.startMs);
    assert.equal(span?.endMs, span?.startMs);
    assert.equal(trace?.spans.filter(({ impossible }) => impossible !== undefined).length, 1);
  });
}

test('a span id that two spans have is reported, and the first one stays', async (t) => {
  const other = changed((span, index) => {
    if (index === 9) span.name = 'another';
  });
  const { traces, deviations } = await read(t, lineOf(intact()) + lineOf(other));
  assert.equal(
    traces[0]?.spans.find(({ name }) => name === 'another'),
    undefined,
  );
  assert.deepEqual(deviations, [
    ['conflicting-span', 1],
    ['duplicate-span', 9],
  ]);
});

test('times in microseconds are told of', async (t) => {
  const document = changed((span) => {
    for (const name of ['startTimeUnixNano', 'endTimeUnixNano'])
      span[name] = span[name].slice(0, -3);
  });
  assert.deepEqual((await read(t, lineOf(document))).deviations, [['implausible-date', 10]]);
});

test('warns of times after the year 2100', async (t) => {
  const document = changed((span) => {
    for (const name of ['startTimeUnixNano', 'endTimeUnixNano'])
      span[name] = String(BigInt(span[name]) * 4n);
  });
  assert.deepEqual((await read(t, lineOf(document))).deviations, [['implausible-date', 10]]);
});

test('warns of a span that lasts longer than a day', async (t) => {
  const document = changed((span, index) => {
    const days = index === 0 ? 2n : index === 1 ? 1n : 0n;
    span.endTimeUnixNano = String(
      BigInt(days === 0n ? span.endTimeUnixNano : span.startTimeUnixNano) + days * DAY_NANOS,
    );
  });
  assert.deepEqual((await read(t, lineOf(document))).deviations, [['implausible-duration', 1]]);
});

const WHOLE = lineOf(intact());
const CUT: readonly (readonly [string, () => string | Buffer, string])[] = [
  [
    'a last line that was cut',
    () => WHOLE + WHOLE.slice(0, -100),
    'FILE is cut off in line 2; what is complete before the cut was read',
  ],
  [
    'a last line that was cut, and ended',
    () => `${WHOLE}${WHOLE.slice(0, 300)}\n\n`,
    'FILE is cut off in line 2; what is complete before the cut was read',
  ],
  [
    'a last line cut in a character',
    () =>
      Buffer.concat([Buffer.from(`${WHOLE}{"resourceSpans":"`), Buffer.from('æ').subarray(0, 1)]),
    'FILE is cut off in line 2; what is complete before the cut was read',
  ],
  [
    'gzip that was cut',
    () => gzipSync(WHOLE + WHOLE.repeat(50)).subarray(0, -20),
    'FILE is cut off in line',
  ],
];
for (const [defect, write, truncated] of CUT) {
  test(`${defect} is reported, and what is before it is read`, async (t) => {
    const found = await read(t, write());
    assert.equal(found.traces[0]?.spans.length, 10);
    assert.ok(found.truncated?.startsWith(truncated), String(found.truncated));
  });
}

/** Two requests in one document, of which a part of the second is lost. */
const PAIR = () => {
  const second = otlp(requestTrace({ sequence: 1 }));
  return { resourceSpans: [...intact().resourceSpans, ...structuredClone(second).resourceSpans] };
};
const ONE_DOCUMENT: readonly (readonly [string, (text: string) => string | Buffer])[] = [
  ['in one line', (text) => text],
  ['with a byte order mark', (text) => `\uFEFF${text}`],
  ['in a list of requests', (text) => `[{},${text}`],
  [
    'with the names of the .proto',
    (text) =>
      text.replaceAll('resourceSpans', 'resource_spans').replaceAll('scopeSpans', 'scope_spans'),
  ],
];
for (const [how, wrap] of ONE_DOCUMENT) {
  test(`one document ${how} is read up to where it was cut, span by span`, async (t) => {
    const text = JSON.stringify(PAIR());
    const whole = (await read(t, lineOf(PAIR()))).traces.flatMap(({ spans }) => spans);
    const behind = [...text.matchAll(/"message":"read"}}/g)].map(({ index }) => index + 18);
    assert.equal(behind.length, 20);
    for (let at = text.length - 1; at > 0; at -= 997) {
      const complete = behind.filter((end) => end <= at).length;
      if (complete === 0) break;
      const { traces, truncated } = await read(t, wrap(text.slice(0, at)));
      assert.deepEqual(
        traces.flatMap(({ spans }) => spans),
        whole.slice(0, complete),
        `cut at ${at}`,
      );
      const words = 'FILE is cut off in line 1; what is complete before the cut was read';
      assert.equal(truncated, words);
    }
  });
}

test('one document over many lines is read up to where it was cut, and names the line', async (t) => {
  const lines = JSON.stringify(PAIR(), null, 2).split('\n');
  const kept = Math.floor(lines.length * 0.75);
  const complete = lines.slice(0, kept).filter((line) => /^ {14}\},?$/.test(line)).length;
  const { traces, truncated } = await read(t, lines.slice(0, kept).join('\n'));
  assert.deepEqual(
    traces.map(({ spans }) => spans.length),
    [10, complete - 10],
  );
  assert.equal(
    truncated,
    `FILE is cut off in line ${kept}; what is complete before the cut was read`,
  );
});

test('spans whose resource was still to come are not read from a document that was cut', async (t) => {
  const { resourceSpans } = intact();
  const reversed = {
    resourceSpans: resourceSpans.map(({ resource, scopeSpans }: Loose) => ({
      scopeSpans,
      resource,
    })),
  };
  const text = JSON.stringify(reversed);
  const { traces } = await read(t, text.slice(0, text.lastIndexOf('"resource"')));
  assert.equal(traces[0]?.spans.length, 9);
  assert.ok(traces[0]?.spans.every(({ attributes }) => 'service.name' in attributes));
});

test('spans without a resource are read from a document that was cut, if it is none that has it last', async (t) => {
  const { resourceSpans } = intact();
  const spans = spansOf({ resourceSpans: resourceSpans.slice(-3) });
  const rest = resourceSpans.slice(0, -3);
  for (const others of [rest, rest.map(({ scopeSpans }: Loose) => ({ scopeSpans }))]) {
    const text = JSON.stringify({ resourceSpans: [...others, { scopeSpans: [{ spans }] }] });
    const all = (await read(t, text)).traces[0]?.spans.length ?? 0;
    // In the last span: it alone is lost.
    const { traces } = await read(t, text.slice(0, text.lastIndexOf('"traceId"')));
    assert.equal(traces[0]?.spans.length, all - 1);
  }
});

const deepValue = (depth: number): Loose => {
  let value: Loose = { stringValue: 'x' };
  for (let at = 0; at < depth; at += 1) value = { arrayValue: { values: [value] } };
  return value;
};
const first = (change: (span: Loose) => void) => () =>
  lineOf(changed((span, index) => index === 0 && change(span)));
const AT = String.raw`, line 1: resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.`;

/** What is refused, with file, line, value and what is allowed. */
const REFUSED: readonly (readonly [string, () => string | Buffer, RegExp])[] = [
  ...(
    [
      ['bytes that are no base64', { bytesValue: 'not base64!' }, 'base64'],
      ['an integer with decimals', { intValue: '1.5' }, 'a whole number of 64 bits'],
      ['an integer beyond 64 bits', { intValue: '9223372036854775808' }, 'a whole number'],
    ] as const
  ).map(
    ([what, value, allowed]) =>
      [
        what,
        first((span) => {
          span.attributes = [{ key: 'k', value }];
        }),
        RegExp(`${AT}attributes\\[0\\]\\.value of "k"\\.\\w+ is .*; allowed: ${allowed}`),
      ] as const,
  ),
  [
    'ids with white space around them',
    first((span) => {
      span.traceId = ` ${span.traceId} `;
    }),
    RegExp(`${AT}traceId is " \\w{32} "; allowed: 32 hex`),
  ],
  [
    'gzip in gzip',
    () => gzipSync(gzipSync(WHOLE)),
    /in\.jsonl is compressed twice; unpack it once first$/,
  ],
  [
    'UTF-16 in gzip',
    () => gzipSync(Buffer.from(`\uFEFF${WHOLE}`, 'utf16le')),
    /is UTF-16; convert/,
  ],
  [
    'a span id of zeros',
    first((span) => {
      span.spanId = '0'.repeat(16);
    }),
    RegExp(`${AT}spanId is "0{16}"; allowed: 16 hex.*not all zero`),
  ],
  [
    'no span id',
    first((span) => {
      span.spanId = '';
    }),
    RegExp(`${AT}spanId is ""; allowed`),
  ],
  [
    'a trace id that is null',
    first((span) => {
      span.traceId = null;
    }),
    RegExp(`${AT}traceId is missing; allowed: 32 hex`),
  ],
  [
    'a trace id of 16 digits',
    first((span) => {
      span.traceId = '1'.repeat(16);
    }),
    RegExp(`${AT}traceId is "1{16}"; allowed: 32 hexadecimal digits, or base64`),
  ],
  [
    'a decimal span id',
    first((span) => {
      span.spanId = '12345678901234567890';
    }),
    RegExp(`${AT}spanId is "12345678901234567890"`),
  ],
  [
    'a span id with 0x',
    first((span) => {
      span.spanId = `0x${span.spanId}`;
    }),
    RegExp(`${AT}spanId is "0x`),
  ],
  [
    'base64 of the hexadecimal digits',
    first((span) => {
      span.spanId = Buffer.from(span.spanId).toString('base64');
    }),
    RegExp(`${AT}spanId is "MDAw`),
  ],
  [
    'base64 with a character that has no place in it',
    first((span) => {
      span.spanId = 'jaHj!BEnSXD0=';
    }),
    RegExp(`${AT}spanId is "jaHj!BEnSXD0="; allowed`),
  ],
  [
    'base64 of more bits than the id has',
    first((span) => {
      span.spanId = 'jaHjBEnSXD1=';
    }),
    RegExp(`${AT}spanId is "jaHjBEnSXD1="; allowed`),
  ],
  [
    'a list with a null in it',
    first((span) => {
      span.attributes.push(null);
    }),
    /attributes\[\d+\] is null; allowed: no null in a list/,
  ],
  [
    'a line that was cut in a text, and prose below it',
    () => `${WHOLE}{"resourceSpans":"x\nhello\n`,
    /in\.jsonl, line 2 is cut off; remove the line/,
  ],
  [
    'a parent of 15 digits',
    first((span) => {
      span.parentSpanId = '1'.repeat(15);
    }),
    RegExp(`${AT}parentSpanId is "1{15}"`),
  ],
  [
    'a time in words',
    first((span) => {
      span.startTimeUnixNano = '2026-03-02T10:00:00Z';
    }),
    RegExp(`${AT}startTimeUnixNano is "2026.*allowed: nanoseconds`),
  ],
  [
    'a kind that nobody knows',
    first((span) => {
      span.kind = 7;
    }),
    RegExp(`${AT}kind is 7; allowed: 0 to 5, or SPAN_KIND_UNSPECIFIED`),
  ],
  [
    'attributes as an object',
    first((span) => {
      span.attributes = { a: 1 };
    }),
    RegExp(`${AT}attributes is an object with "a"; allowed: a list`),
  ],
  [
    'an integer that a double cannot hold',
    first((span) => {
      span.attributes = [{ key: 'n', value: { intValue: 2 ** 60 } }];
    }),
    RegExp(`${AT}attributes\\[0\\]\\.value of "n"\\.intValue is 1152921504606847000; allowed`),
  ],
  [
    'a value of two kinds',
    first((span) => {
      span.attributes = [{ key: 'n', value: { intValue: 1, stringValue: '2' } }];
    }),
    /is given besides/,
  ],
  [
    'a value that nests without end',
    first((span) => {
      span.attributes = [{ key: 'n', value: deepValue(500) }];
    }),
    /nests deeper than 100 values/,
  ],
  [
    'spans as an object',
    () => lineOf({ resourceSpans: {} }),
    /, line 1: resourceSpans is an empty object; allowed: a list$/,
  ],
  [
    'a line in the middle that was cut',
    () => `${WHOLE}${WHOLE.slice(0, 300)}\n${WHOLE}`,
    /in\.jsonl, line 2 is cut off; remove the line/,
  ],
  [
    'nothing but a line that was cut',
    () => WHOLE.slice(0, 300),
    /in\.jsonl, line 1 is cut off; no span is complete before that$/,
  ],
  [
    'a line that is not JSON',
    () => `${WHOLE}hello\n`,
    /in\.jsonl, line 2 is not JSON: "hello"; allowed: JSON/,
  ],
  [
    'a line of another character set',
    () => Buffer.concat([Buffer.from(WHOLE), Buffer.from('{"a":"c\xe6sar"}\n', 'latin1')]),
    /line 2 is not UTF-8/,
  ],
  [
    'UTF-16',
    () => Buffer.from(`\uFEFF${WHOLE}`, 'utf16le'),
    /is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 \S+in\.jsonl$/,
  ],
  [
    'gzip that is damaged',
    () => {
      const bytes = gzipSync(WHOLE);
      bytes.fill(0xff, 40, 60);
      return bytes;
    },
    /cannot be unpacked: it is damaged/,
  ],
  [
    'a document of no known format',
    () => lineOf({ spans: [], name: 'x' }),
    /line 1 holds no traces but an object with "spans", "name"; allowed: .* OTLP JSON/,
  ],
  ['a list of nothing', () => '[]\n', /line 1 holds no traces but a list of 0; allowed: /],
  ['text in place of a document', () => '"hello"\n', /line 1 holds no traces but "hello"/],
];
for (const [defect, write, message] of REFUSED) {
  test(`${defect} is refused with file and line`, async (t) => {
    await assert.rejects(read(t, write()), (error: Error) => {
      assert.match(error.message, /in\.jsonl/);
      assert.match(error.message, message);
      assert.ok(error.message.length < 400, error.message);
      return true;
    });
  });
}

test('null members of a span, an event and a value are read as absent ones', async (t) => {
  const nulls = changed((span) =>
    Object.assign(span, {
      attributes: [
        { key: 'a', value: null },
        { key: 'b', value: { stringValue: null } },
      ],
      events: [{ name: 'e', timeUnixNano: span.startTimeUnixNano, attributes: null }],
      status: null,
      droppedAttributesCount: null,
    }),
  );
  const absent = changed((span) => {
    span.attributes = [{ key: 'a' }, { key: 'b', value: {} }];
    span.events = [{ name: 'e', timeUnixNano: span.startTimeUnixNano }];
    delete span.status;
  });
  const [found, expected] = [await read(t, lineOf(nulls)), await read(t, lineOf(absent))];
  assert.deepEqual(found, expected);
  assert.ok(found.deviations.every(([kind]) => kind === 'empty-value' && !isWarning(kind)));
});

test('a file of nothing but null lists holds no trace, and says nothing else', async (t) => {
  const { traces, deviations } = await read(t, '{"resourceSpans":null}\n'.repeat(3));
  assert.deepEqual([traces, deviations], [[], []]);
});

test('bytes and integers mean the same however protobuf’s JSON mapping writes them', async (t) => {
  const withValues = (...values: Loose[]) =>
    lineOf(
      changed((span) => {
        span.attributes = values.map((value, index) => ({ key: `k${index}`, value }));
      }),
    );
  const written = withValues(
    { bytesValue: 'AP-_' },
    { bytesValue: 'AAE' },
    { intValue: '1.5e3' },
    { intValue: '-7.00' },
    { doubleValue: '-Infinity' },
  );
  const plain = withValues(
    { bytesValue: 'AP+/' },
    { bytesValue: 'AAE=' },
    { intValue: 1500 },
    { intValue: '-7' },
    { stringValue: '-Infinity' },
  );
  assert.deepEqual(await read(t, written), await read(t, plain));
});

test('a scope without spans is reported', async (t) => {
  const document = { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {} }] }] };
  assert.deepEqual((await read(t, lineOf(document))).deviations, [['no-spans', 1]]);
});

test('a resource without scopeSpans is reported', async (t) => {
  const { deviations } = await read(t, lineOf({ resourceSpans: [{ resource: {}, spans: [] }] }));
  assert.deepEqual(deviations, [
    ['unknown-member', 1],
    ['no-spans', 1],
  ]);
});

const id = '1'.repeat(32);
/** Shapes as the programs write them, with what is said instead of "no traffic". */
const FOREIGN: readonly (readonly [string, string, RegExp])[] = [
  [
    "an answer of Tempo's search",
    lineOf({ traces: [{ traceID: id, rootServiceName: 'x' }], metrics: {} }),
    /Tempo's search, .*instead, give its traces one by one: \/api\/v2\/traces\/ID$/,
  ],
  [
    "a span of Jaeger's storage",
    lineOf({ traceID: id, spanID: '1', operationName: 'get', process: {} }),
    /as Jaeger's storage holds it/,
  ],
  [
    'Zipkin, version 1',
    lineOf([{ traceId: id, id: '1', name: 'get', binaryAnnotations: [] }]),
    /Zipkin JSON, version 1, .* \/api\/v2\/traces$/,
  ],
  [
    'Cloud Trace v2',
    lineOf({ spans: [{ name: 'projects/p', displayName: { value: 'x' } }] }),
    /Cloud Trace's v2 API/,
  ],
  [
    "Python's console exporter",
    JSON.stringify(
      { name: 'x', context: { trace_id: '0x1', span_id: '0x1' }, parent_id: null },
      null,
      4,
    ),
    /Python's console exporter/,
  ],
  [
    "Go's console exporter",
    lineOf({ Name: 'x', SpanContext: { TraceID: id, SpanID: '1' } }),
    /Go's console exporter \(stdouttrace\)/,
  ],
  [
    "JavaScript's console exporter",
    `{\n  resource: {\n    attributes: {\n      'service.name': 'x'\n    }\n  },\n  traceId: '${id}',\n}\n`,
    /console exporter of OpenTelemetry for JavaScript/,
  ],
  [
    "the collector's debug exporter",
    `2026-03-02T10:00:00Z\tinfo\tResourceSpans #0\nResource SchemaURL: \n`,
    /the collector's debug exporter/,
  ],
];
for (const [format, content, message] of FOREIGN) {
  test(`${format} is named, with what to give instead`, async (t) => {
    await assert.rejects(read(t, content), message);
  });
}
