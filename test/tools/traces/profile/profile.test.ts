import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../../../tools/traces/model.ts';
import { profileOf } from '../../../../tools/traces/profile/profile.ts';
import { trafficOf } from '../other-systems.ts';
import { requestTrace } from '../request-trace.ts';

const [foreign] = trafficOf({ version: '1' }) as [Trace];

test('traces of this system have its profile, traces of another the general one', () => {
  assert.equal(profileOf(requestTrace().spans), 'shakesapp');
  assert.equal(profileOf(foreign.spans), 'general');
});

/** One span of another system with something of this one. */
const SIGNS = [
  ['an attribute of its vocabulary', { attributes: { 'shakesapp.query': 'love' } }],
  ['its namespace', { attributes: { 'service.namespace': 'shakesapp' } }],
  ['its remote procedure', { name: 'shakesapp.ShakespeareService/GetMatchCount' }],
  ["loadgen's span", { name: 'loadgen', attributes: { 'service.name': 'loadgen' } }],
] as const;

for (const [what, change] of SIGNS) {
  test(`${what} alone shows that a trace is of this system`, () => {
    const [first, ...others] = foreign.spans;
    assert.ok(first);
    assert.equal(profileOf([{ ...first, ...change }, ...others]), 'shakesapp');
  });
}

test('programs that are called client and server are not enough', () => {
  const spans = foreign.spans.map((span) => ({
    ...span,
    attributes: { 'service.name': 'client' },
  }));
  assert.equal(profileOf(spans), 'general');
});
