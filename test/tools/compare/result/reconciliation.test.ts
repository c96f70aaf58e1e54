import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconcile } from '../../../../tools/compare/result/reconciliation.ts';
import type { Hop } from '../../../../tools/compare/statistics/hop.ts';
import type { Overall, Verdict } from '../../../../tools/compare/statistics/overall.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const overall = (verdict: Verdict): Overall => ({ ...sample.overall, verdict });
const hop = (name: string, ms: number, verdict: Verdict = 'no-difference-seen'): Hop => ({
  ...(sample.hops[0] as Hop),
  service: 'server',
  name,
  measure: 'self',
  verdict,
  differenceMs: { p50: ms, low: null, high: null },
});
const rare = (of: Hop, n: number): Hop => ({
  ...of,
  a: of.a && { ...of.a, n },
  b: of.b && { ...of.b, n },
});
const OF = { design: { paired: true, runs: [] }, labels: { a: 'Cloud Run', b: 'GKE' } } as const;

test('a verdict that some hop shares, and none contradicts, needs no sentence', () => {
  const hops = [hop('read', 12, 'b-faster'), hop('search', -1)];
  assert.equal(reconcile(overall('b-faster'), hops, OF), null);
});

test('a verdict without a hop that is sure names the largest contributors', () => {
  const hops = [hop('read', 3), hop('search', 2), hop('parse', 0.1), hop('write', -1)];
  assert.equal(
    reconcile(overall('b-faster'), hops, OF),
    'No hop alone is surely faster in GKE: the difference is spread over several. The largest contributors: server read (self) +3.00 ms, server search (self) +2.00 ms.',
  );
});

test('a hop that most requests lack is no contributor, however large', () => {
  const reread = rare(hop('GET', 86.1), 3);
  const hops = [hop('read', 3), hop('search', 2), reread];
  assert.equal(
    reconcile(overall('b-faster'), hops, OF),
    'No hop alone is surely faster in GKE: the difference is spread over several. The largest contributors: server read (self) +3.00 ms, server search (self) +2.00 ms.',
  );
  assert.equal(
    reconcile(overall('b-faster'), [hop('read', 0), reread], OF),
    'No hop alone is surely faster in GKE.',
  );
});

test('what many but not all requests have weighs by how many, and says so', () => {
  const hops = [hop('read', 3), rare(hop('GET', 4), 238)];
  assert.match(
    reconcile(overall('b-faster'), hops, OF) ?? '',
    /contributors: server read \(self\) \+3\.00 ms, server GET \(self\) \+4\.00 ms in 60\.1 % of the requests\.$/,
  );
});

test('one contributor alone is not called several', () => {
  assert.equal(
    reconcile(overall('b-faster'), [hop('read', 3), hop('search', -0.1)], OF),
    'No hop alone is surely faster in GKE. The largest contributor: server read (self) +3.00 ms.',
  );
});

test('a contributor larger than the difference says why it can be', () => {
  const small: Overall = {
    ...overall('b-faster'),
    differenceMs: { p50: 2, low: 1, high: 3 },
  };
  assert.match(
    reconcile(small, [hop('read', 5), hop('search', -3)], OF) ?? '',
    /contributor: server read \(self\) \+5\.00 ms\. That exceeds the difference of the request \(\+2\.00 ms\), because other hops take part of it back: server search \(self\) -3\.00 ms\.$/,
  );
  assert.match(
    reconcile(small, [hop('read', 5)], OF) ?? '',
    /because each figure is that of a typical request at that hop, so they need not add up\.$/,
  );
});

test('hops of a side without a complete trace contribute nothing: nobody knows them', () => {
  const hops = [hop('read', 0), hop('search', 0)].map((one): Hop => ({ ...one, b: null }));
  const unknown = hops.map((one) => ({
    ...one,
    differenceMs: { p50: null, low: null, high: null },
  }));
  assert.equal(
    reconcile(overall('b-faster'), unknown, OF),
    'No hop alone is surely faster in GKE.',
  );
});

test('a hop that points the other way is named with those that outweigh it', () => {
  const hops = [hop('read', 9, 'b-faster'), hop('search', -2, 'a-faster')];
  assert.equal(
    reconcile(overall('b-faster'), hops, OF),
    'server search (self) -2.00 ms points the other way, but other hops outweigh it: server read (self) +9.00 ms.',
  );
});

test('no difference in all, although a hop differs, is explained with what offsets it', () => {
  const hops = [hop('read', 2, 'b-faster'), hop('search', -1.9)];
  assert.equal(
    reconcile(overall('no-difference-seen'), hops, OF),
    'Single hops differ surely (server read (self) +2.00 ms), but the request does not. The largest the other way: server search (self) -1.90 ms.',
  );
});

test('hops that surely offset each other explain by themselves why the request does not differ', () => {
  const hops = [hop('read', 2, 'b-faster'), hop('GET', -2.1, 'a-faster'), hop('search', -1)];
  assert.equal(
    reconcile(overall('no-difference-seen'), hops, OF),
    'Single hops differ surely (server GET (self) -2.10 ms, server read (self) +2.00 ms), but the request does not.',
  );
});

test('a hop of one side only contributes all that it takes', () => {
  const only = { ...hop('load', 0, 'not-enough-data'), b: null };
  const taken = { ...only, differenceMs: { p50: null, low: null, high: null } };
  assert.match(
    reconcile(overall('b-faster'), [taken, hop('read', 0)], OF) ?? '',
    /contributor: server load \(self\) \+/,
  );
});

test('without a verdict there is nothing to reconcile', () => {
  const hops = [hop('read', 9, 'b-faster')];
  assert.equal(reconcile(overall('not-enough-data'), hops, OF), null);
});
