import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dropSampledFlag,
  readTrace,
  rewriteTrace,
} from '../../../../../tools/local/platforms/cloud-run/headers.ts';

const T = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';
const P = '00000000000000aa';
const F = '00000000000000ff';

describe('readTrace', () => {
  const table: [string, Record<string, string>, ReturnType<typeof readTrace>][] = [
    [
      'a complete X-Cloud-Trace-Context',
      { 'x-cloud-trace-context': `${T}/170;o=1` },
      { traceId: T, spanId: P, sampled: true },
    ],
    [
      'one without a flag',
      { 'x-cloud-trace-context': `${T}/170` },
      { traceId: T, spanId: P, sampled: undefined },
    ],
    [
      'one that says no',
      { 'x-cloud-trace-context': `${T}/170;o=0` },
      { traceId: T, spanId: P, sampled: false },
    ],
    [
      'traceparent alone',
      { traceparent: `00-${T}-${P}-01` },
      { traceId: T, spanId: P, sampled: true },
    ],
    [
      'both: X-Cloud-Trace-Context',
      { 'x-cloud-trace-context': `${T}/170;o=1`, traceparent: `00-${OTHER}-${P}-00` },
      { traceId: T, spanId: P, sampled: true },
    ],
    [
      'an invalid first and a valid second',
      { 'x-cloud-trace-context': 'broken', traceparent: `00-${T}-${P}-00` },
      { traceId: T, spanId: P, sampled: false },
    ],
  ];
  for (const [name, headers, expected] of table) {
    it(`reads ${name}`, () => assert.deepEqual(readTrace(headers), expected));
  }

  const strangers: [string, Record<string, string>][] = [
    ['nothing', {}],
    ['b3 alone, which the front end does not know', { b3: `${T}-${P}-1` }],
    ['an all-zero traceparent', { traceparent: `00-${'0'.repeat(32)}-${P}-01` }],
    ['a traceparent without a span', { traceparent: `00-${T}-${'0'.repeat(16)}-01` }],
  ];
  for (const [name, headers] of strangers) {
    it(`opens a new trace for ${name}`, () => {
      const trace = readTrace(headers);
      assert.match(trace.traceId, /^[0-9a-f]{32}$/);
      assert.notEqual(trace.traceId, T);
      assert.deepEqual([trace.spanId, trace.sampled], [undefined, undefined]);
    });
  }
});

describe('rewriteTrace', () => {
  const rewrite = (headers: Record<string, string>, sampled: boolean | undefined) =>
    rewriteTrace(headers, { incoming: readTrace(headers), spanId: F, sampled });

  it('keeps the trace and puts the front end’s span in both headers', () => {
    assert.deepEqual(rewrite({ 'x-cloud-trace-context': `${T}/170;o=1` }, true), {
      'x-cloud-trace-context': `${T}/255;o=1`,
      traceparent: `00-${T}-${F}-01`,
    });
  });

  it('says nothing of sampling where nobody has decided', () => {
    assert.deepEqual(rewrite({ 'x-cloud-trace-context': `${T}/170` }, undefined), {
      'x-cloud-trace-context': `${T}/255`,
      traceparent: `00-${T}-${F}-00`,
    });
  });

  it('passes an explicit no on', () => {
    const { 'x-cloud-trace-context': context } = rewrite(
      { 'x-cloud-trace-context': `${T}/170;o=0` },
      false,
    );
    assert.equal(context, `${T}/255;o=0`);
  });

  it('leaves each of two conflicting headers its own trace', () => {
    const headers = { 'x-cloud-trace-context': `${T}/170;o=1`, traceparent: `00-${OTHER}-${P}-01` };
    assert.deepEqual(rewrite(headers, true), {
      'x-cloud-trace-context': `${T}/255;o=1`,
      traceparent: `00-${OTHER}-${F}-01`,
    });
  });

  it('writes span ids above 2^63 in decimal', () => {
    const headers = { 'x-cloud-trace-context': `${T}/1` };
    const written = rewriteTrace(headers, {
      incoming: readTrace(headers),
      spanId: 'ffffffffffffffff',
      sampled: true,
    });
    assert.equal(written['x-cloud-trace-context'], `${T}/18446744073709551615;o=1`);
  });
});

describe('dropSampledFlag', () => {
  for (const [value, expected] of [
    [`${T}/1;o=1`, `${T}/1`],
    [`${T}/1;o=0`, `${T}/1`],
    [`${T}/1`, `${T}/1`],
  ] as const) {
    it(`makes ${value} ${expected}`, () => assert.equal(dropSampledFlag(value), expected));
  }
});
