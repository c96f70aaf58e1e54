import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingProtections } from '../../../lib/telemetry/protections.ts';

type Config = Parameters<typeof missingProtections>[0];

const PROTECTED: Config = {
  OTEL_PROPAGATORS: ['gcp_trace', 'tracecontext', 'b3'],
  OTEL_RESOURCE_ATTRIBUTES: {},
  K_SERVICE: 'client',
  MISSING_SAMPLED_FLAG: 'sample',
  SPAN_FLUSH: 'background',
  SPAN_DRAIN: 'at-end',
  HEALTH_CHECK_SPANS: false,
};
const withoutB3 = { OTEL_PROPAGATORS: ['gcp_trace', 'tracecontext'] };
const stopsCpu = { OTEL_RESOURCE_ATTRIBUTES: { 'shakesapp.config.billing': 'request' } };

describe('missingProtections', () => {
  const rows: [name: string, changes: Partial<Config>, found: readonly RegExp[]][] = [
    ['nothing of the defaults', {}, []],
    ['b3 on Cloud Run', withoutB3, [/^OTEL_PROPAGATORS without b3 /]],
    ['no b3 where nothing rewrites the parent', { ...withoutB3, K_SERVICE: undefined }, []],
    ['nothing where b3 has several headers', { OTEL_PROPAGATORS: ['gcp_trace', 'b3multi'] }, []],
    ['a flag', { MISSING_SAMPLED_FLAG: 'drop' }, [/^MISSING_SAMPLED_FLAG=drop /]],
    ['a flush where the CPU stops', stopsCpu, [/^SPAN_FLUSH=background /]],
    ['no flush before each response', { ...stopsCpu, SPAN_FLUSH: 'before-response' }, []],
    ['a drain', { SPAN_DRAIN: 'never' }, [/^SPAN_DRAIN=never /]],
    ['a filter', { HEALTH_CHECK_SPANS: true }, [/^HEALTH_CHECK_SPANS=true /]],
    [
      'all that is off',
      { ...withoutB3, ...stopsCpu, SPAN_DRAIN: 'never' },
      [/^OTEL_PROPAGATORS/, /^SPAN_FLUSH/, /^SPAN_DRAIN/],
    ],
  ];
  for (const [name, changes, expected] of rows) {
    it(`names ${name}`, () => {
      const found = missingProtections({ ...PROTECTED, ...changes });
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
    });
  }
});
