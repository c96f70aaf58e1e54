import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { diag, type Span } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import utils from '@opentelemetry/instrumentation-http/build/src/utils.js';
import { prepareHttp } from '../../../lib/telemetry/prepared-http.ts';

const { getIncomingRequestAttributes: theirs } = utils;
const instrumentation = prepareHttp(new HttpInstrumentation());
const { getIncomingRequestAttributes: ours } = utils;
const SECRET = ['sig'];
const options: Parameters<typeof ours>[1] = {
  component: 'http',
  enableSyntheticSourceDetection: false,
  redactedQueryParams: SECRET,
};

type Differing = Partial<Pick<IncomingMessage, 'url' | 'method' | 'httpVersion'>> &
  Readonly<{ headers?: Record<string, string>; peer?: string; port?: number }>;

function request(differing: Differing): IncomingMessage {
  const { headers, peer = '10.0.0.1', port = 1, ...line } = differing;
  return {
    ...{ method: 'GET', url: '/?q=love', httpVersion: '1.1', ...line },
    headers: { host: 'client:8080', 'user-agent': 'loadgen', ...headers },
    socket: { remoteAddress: peer, remotePort: port },
  } as unknown as IncomingMessage;
}

const REQUESTS: readonly Differing[] = [
  {},
  { url: '/?q=to%20be%2C+or&sig=secret' },
  { url: '*' },
  { method: 'HEAD' },
  { method: 'PURGE' },
  { httpVersion: '1.0' },
  { peer: '10.0.0.2' },
  { headers: { host: 'other' } },
  { headers: { host: '' } },
  { headers: { 'user-agent': 'Googlebot' } },
  { headers: { forwarded: 'for=192.0.2.1;host=shop;proto=https' } },
  { headers: { 'x-forwarded-for': '192.0.2.2, 10.0.0.9' } },
  { headers: { 'x-forwarded-host': 'shop' } },
  { headers: { 'x-forwarded-host': 'shop', 'x-forwarded-proto': 'https' } },
];

const OPTIONS: readonly Partial<typeof options>[] = [
  {},
  { component: 'https' },
  { hookAttributes: { own: 1 } },
  { redactedQueryParams: ['q'] },
  { enableSyntheticSourceDetection: true },
];

test("spans of HTTP servers have the attributes of OpenTelemetry's instrumentation", () => {
  const asked = REQUESTS.flatMap((each) => OPTIONS.map((deviation) => ({ each, deviation })));
  // Each after each, because an answer may be that of the one before.
  for (const first of asked) {
    for (const [index, { each, deviation }] of asked
      .flatMap((second) => [first, second])
      .entries()) {
      const next = request({ ...each, port: index });
      const terms = { ...options, ...deviation };
      assert.deepEqual(ours(next, terms, diag), theirs(next, terms, diag));
    }
  }
});

test('a URL is parsed once, and what a span adds stays with the span', (t) => {
  const asked = request({ url: '/once' });
  const before = theirs(asked, options, diag);
  ours(asked, options, diag).own = 1;
  const parsed = t.mock.method(globalThis, 'URL');
  for (let time = 0; time < 3; time++) {
    const attributes = ours(asked, options, diag);
    assert.deepEqual(attributes, before);
    attributes.own = 1;
  }
  assert.equal(parsed.mock.callCount(), 0);
});

test('callers that alternate on one URL are all known, the last four of them', (t) => {
  const url = '/alternating';
  const callers = [
    { url },
    { url, headers: { host: 'other' } },
    { url, peer: '10.0.0.2' },
    { url, headers: { 'user-agent': 'another' } },
  ].map(request);
  const expected = callers.map((each) => theirs(each, options, diag));
  for (const each of callers) ours(each, options, diag);
  const parsed = t.mock.method(globalThis, 'URL');
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(
      callers.map((each) => ours(each, options, diag)),
      expected,
    );
  }
  assert.equal(parsed.mock.callCount(), 0);
  ours(request({ url, peer: '10.0.0.3' }), options, diag);
  const before = parsed.mock.callCount();
  for (const each of callers.slice(1)) ours(each, options, diag);
  assert.equal(parsed.mock.callCount(), before);
  for (const each of callers.slice(0, 1)) ours(each, options, diag);
  assert.ok(parsed.mock.callCount() > before, 'it keeps only the last ones');
});

test('a URL is known however many others came before it', (t) => {
  for (let other = 0; other < 1_000; other += 1) ours(request({ url: `/${other}` }), options, diag);
  const asked = request({ url: '/after-all-others' });
  const before = ours(asked, options, diag);
  const parsed = t.mock.method(globalThis, 'URL');
  assert.deepEqual(ours(asked, options, diag), before);
  assert.equal(parsed.mock.callCount(), 0);
  ours(request({ url: '/0' }), options, diag);
  assert.ok(parsed.mock.callCount() > 0, 'it keeps only the last ones');
});

const KEPT = ['host', 'user-agent', 'forwarded', 'x-forwarded-for', 'x-forwarded-host'];
KEPT.push('x-forwarded-proto');

for (const [name, headers] of [
  ...KEPT.map((header) => [header, { [header]: 'x'.repeat(1_025) }] as const),
  ['together', Object.fromEntries(KEPT.map((header) => [header, 'x'.repeat(200)]))] as const,
] as const) {
  test(`a request whose headers are long is not kept: ${name}`, (t) => {
    const asked = request({ url: '/long-headers', headers });
    const before = ours(asked, options, diag);
    const parsed = t.mock.method(globalThis, 'URL');
    assert.deepEqual(ours(asked, options, diag), before);
    assert.ok(parsed.mock.callCount() > 0);
  });
}

test('a span of HTTP ends once', () => {
  let ends = 0;
  const span = { end: () => ends++ } as unknown as Span;
  const inside = instrumentation as unknown as {
    _spanNotEnded: WeakSet<Span>;
    _closeHttpSpan(span: Span): void;
  };
  inside._closeHttpSpan(span);
  assert.equal(ends, 0);
  inside._spanNotEnded.add(span);
  inside._closeHttpSpan(span);
  inside._closeHttpSpan(span);
  assert.equal(ends, 1);
});
