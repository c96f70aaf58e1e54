import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CODELAB_QUERIES } from '../../../lib/queries.ts';
import { parseOptions } from '../../../tools/queries/options.ts';
import { flagsOf } from '../cli/flags-of.ts';

const FOLDER = import.meta.dirname;
const parse = (...argv: readonly string[]) => parseOptions(flagsOf('queries', ...argv));

describe('parseOptions', () => {
  it('takes a bucket, the codelab’s prefix and queries by default, without credentials', () => {
    assert.deepEqual(parse('--bucket', 'dataflow-samples'), {
      texts: { bucket: 'dataflow-samples', prefix: 'shakespeare/', access: 'public' },
      queries: Object.keys(CODELAB_QUERIES),
      json: undefined,
    });
  });

  it('takes a folder and one’s own queries, each once', () => {
    const argv = ['--dir', FOLDER, '--query', 'whale', '--query', 'sea', '--query', 'whale'];
    assert.deepEqual(parse(...argv, '--json'), {
      texts: { folder: FOLDER },
      queries: ['whale', 'sea'],
      json: true,
    });
  });

  const wrong: { name: string; argv: string[]; message: RegExp }[] = [
    { name: 'neither bucket nor folder', argv: [], message: /Give either --bucket B or --dir DIR/ },
    { name: 'both', argv: ['--bucket', 'bbb', '--dir', FOLDER], message: /either --bucket B or/ },
    { name: 'a URL for a bucket', argv: ['--bucket', 'gs://b/p'], message: /without gs:\/\// },
    { name: 'a prefix of a folder', argv: ['--dir', FOLDER, '--prefix', 'p'], message: /--prefix/ },
    { name: 'an empty query', argv: ['--dir', FOLDER, '--query', ''], message: /is empty/ },
    { name: 'another access', argv: ['--bucket', 'bbb', '--access', 'x'], message: /public, iam/ },
    { name: 'an unknown flag', argv: ['--folder', 'd'], message: /--folder/ },
  ];
  for (const { name, argv, message } of wrong) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parse(...argv), { name: 'UsageError', message });
    });
  }
});
