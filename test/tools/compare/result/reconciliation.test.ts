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

test('a hop of one side only contributes all that it takes', () => {
  const only = { ...hop('load', 0, 'not-enough-data'), b: null };
  const taken = { ...only, differenceMs: { p50: null, low: null, high: null } };
  assert.match(
    reconcile(overall('b-faster'), [taken], OF) ?? '',
    /contributors: server load \(self\) \+/,
  );
});

test('without a verdict there is nothing to reconcile', () => {
  const hops = [hop('read', 9, 'b-faster')];
  assert.equal(reconcile(overall('not-enough-data'), hops, OF), null);
});
