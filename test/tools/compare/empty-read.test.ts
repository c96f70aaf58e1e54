import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNothingRead } from '../../../tools/compare/empty-read.ts';
import { parseOptions } from '../../../tools/compare/options.ts';
import { flagsOf } from '../cli/flags-of.ts';

const why = (...args: readonly string[]) =>
  whyNothingRead(parseOptions(flagsOf('compare', ...args), 3_600_000));

test('of a project without traces of this system it says how to read those of another', () => {
  for (const place of [
    ['--project', 'p'],
    ['--bigquery', 'p.d'],
  ]) {
    assert.match(
      why(...place) ?? '',
      /^only traces with \+service\.namespace:shakesapp .*--profile/,
    );
  }
});

test('where everything was asked for, or other traces, the filter is not at fault', () => {
  assert.equal(why('--project', 'p', '--profile', 'general'), null);
  assert.equal(why('--project', 'p', '--root', 'service=shop'), null);
  assert.equal(why('--project', 'p', '--filter', '+service.name:shop'), null);
  assert.equal(why('--from', 'x.json'), null);
  assert.equal(why('--local'), null);
});
