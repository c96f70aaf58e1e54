import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { CLOUD_RUN, GKE } from '../../../tools/compare/cohort.ts';
import { createConfigurationTally } from '../../../tools/compare/configuration.ts';
import { renderConfiguration } from '../../../tools/compare/html/cohorts.ts';
import { labelsOf } from '../../../tools/compare/html/words.ts';
import { renderText } from '../../../tools/compare/render-text.ts';
import { sampleComparison } from './html/sample-comparison.ts';
import { requestTrace } from './request-trace.ts';

function differencesOf(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) {
  const tally = createConfigurationTally();
  tally.add('a', requestTrace({ attributes: a }));
  tally.add('b', requestTrace({ platform: 'gcp_kubernetes_engine', attributes: b }));
  return tally.differences({ a: CLOUD_RUN, b: GKE });
}

const billing = (value: string) => ({ [ATTR.configBilling]: value });

test('an instance that is billed as long as it lives differs from a node by nature', () => {
  assert.deepEqual(differencesOf(billing('instance'), billing('node')), [
    { key: 'billing', a: 'instance', b: 'node', byNature: true },
  ]);
});

for (const [one, other] of [
  ['request', 'node'],
  ['instance', 'request'],
] as const) {
  test(`billing by ${one} and by ${other} differ by choice`, () => {
    assert.deepEqual(differencesOf(billing(one), billing(other)), [
      { key: 'billing', a: one, b: other },
    ]);
  });
}

test('another setting is a choice whatever its values are called', () => {
  assert.deepEqual(differencesOf({ [ATTR.configCpu]: 'instance' }, { [ATTR.configCpu]: 'node' }), [
    { key: 'cpu', a: 'instance', b: 'node' },
  ]);
});

const sample = sampleComparison();
const chosen = { key: 'cpu', a: '1', b: '2' };
const byNature = { key: 'billing', a: 'instance', b: 'node', byNature: true } as const;

test('what differs by nature is no threat to the verdict, and stands apart from what is', () => {
  const both = renderText({ ...sample, configuration: [byNature, chosen] });
  assert.match(
    both,
    /CONFIGURATION DIFFERS.*\n {2}cpu: 1 in .*\nBy nature of the platforms: billing: instance in /,
  );
  const alone = renderText({ ...sample, configuration: [byNature] });
  assert.match(alone, /Configuration: no difference in .*\nBy nature of the platforms: billing: /);
});

test('the page says so too', () => {
  const labels = labelsOf(sample);
  const both = `${renderConfiguration({ ...sample, configuration: [byNature, chosen] }, labels)}`;
  const threats = both.slice(0, both.indexOf('By nature'));
  assert.match(threats, /cpu/);
  assert.doesNotMatch(threats, /billing/);
  assert.match(both, /By nature of the platforms: .*billing/);
  const alone = `${renderConfiguration({ ...sample, configuration: [byNature] }, labels)}`;
  assert.match(alone, /Nothing that the spans tell/);
});
