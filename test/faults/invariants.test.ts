import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkResult } from './invariants.ts';
import { NO_REQUESTS } from './load.ts';
import type { Result, SpanCount } from './result.ts';
import type { Expectation } from './row.ts';

const SPANS: SpanCount = {
  started: 10,
  stored: 10,
  lost: 0,
  unknown: 0,
  shed: 0,
  held: 10,
  reasons: {},
};

/** A row in which all went well. */
const GOOD: Result = {
  name: 'a row',
  load: '1/s 2 s',
  requests: { ...NO_REQUESTS, asked: 2, ok: 2 },
  documented: 0,
  spans: { server: SPANS },
  total: SPANS,
  copies: 0,
  complete: 2,
  broken: 0,
  recoveryMs: undefined,
  caughtUpMs: undefined,
  calls: {},
  attempts: 3,
  connections: {},
  vitals: { 'server-0': { peakMb: 100, descriptors: undefined } },
  descriptors: [{ name: 'server', warm: 30, over: 33 }],
  exits: ['server 0'],
  seconds: 1,
};

const server = (changes: Partial<SpanCount>): Partial<Result> => {
  const spans = { ...SPANS, ...changes };
  return { spans: { server: spans }, total: spans };
};

const failed = (kinds: Record<string, number>, ok = 1): Partial<Result> => ({
  requests: { ...NO_REQUESTS, asked: 2, ok, failed: kinds },
});

type Case = readonly [what: string, changes: Partial<Result>, expected: Expectation, found: RegExp];

const WRONG: readonly Case[] = [
  ['a wrong count', { requests: { ...NO_REQUESTS, asked: 2, ok: 1, wrong: 1 } }, {}, /1 wrong/],
  ['a failure that nobody promised', failed({ http_500: 1 }), { documented: ['http_503'] }, /500/],
  ['a request that is not accounted for', failed({}), {}, /2 requests asked, 1 accounted for/],
  ['a span that is neither stored nor lost', server({ started: 11 }), {}, /started 11 = stored 10/],
  ['a program without a count', server({ started: 0, stored: 0, held: 0 }), {}, /left no count/],
  ['more in the store than counted', server({ held: 11 }), {}, /the store holds 11/],
  ['less in the store than counted', server({ held: 9 }), {}, /the store holds 9/],
  ['a lost span', server({ started: 11, lost: 1 }), {}, /1 spans lost/],
  ['a span of unknown fate', server({ started: 11, unknown: 1 }), {}, /1 spans unknown/],
  ['a trace that was shed', server({ shed: 1 }), {}, /1 traces shed/],
  ['too many lost spans', server({ started: 14, lost: 4 }), { lost: [1, 3] }, /4 spans lost/],
  ['a fourth attempt', { attempts: 4 }, {}, /4 attempts of a request at one object or page/],
  ['a broken trace', { broken: 1 }, {}, /1 broken/],
  [
    'a peak of memory',
    { vitals: { 'server-0': { peakMb: 451, descriptors: undefined } } },
    {},
    /451/,
  ],
  [
    'descriptors that stay open',
    { descriptors: [{ name: 'server', warm: 30, over: 34 }] },
    {},
    /server had 30 descriptors, and has 34/,
  ],
  ['a bad end', { exits: ['server 1'] }, {}, /ended badly: server 1/],
];

for (const [what, changes, expected, found] of WRONG) {
  test(`a row fails for ${what}`, () => {
    assert.throws(() => checkResult({ ...GOOD, ...changes }, expected), found);
  });
}

const RIGHT: readonly Readonly<[what: string, changes: Partial<Result>, expected: Expectation]>[] =
  [
    ['all went well', {}, {}],
    ['a failure is documented', failed({ http_503: 1 }), { documented: ['http_503'] }],
    ['the lost spans are within their bounds', server({ started: 12, lost: 2 }), { lost: [1, 3] }],
    ['the fate of a stored span is unknown', server({ stored: 9, unknown: 1 }), { unknown: 'any' }],
    [
      'a killed program left no count',
      { ...server({ started: 0, stored: 0 }), exits: ['server SIGKILL'] },
      { killed: ['server'] },
    ],
  ];

for (const [what, changes, expected] of RIGHT) {
  test(`a row passes where ${what}`, () => {
    checkResult({ ...GOOD, ...changes }, expected);
  });
}
