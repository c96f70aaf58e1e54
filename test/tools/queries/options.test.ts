import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CODELAB_QUERIES } from '../../../lib/queries.ts';
import { parseOptions } from '../../../tools/queries/options.ts';

describe('parseOptions', () => {
  it('takes a bucket, the codelab’s prefix and queries by default, without credentials', () => {
    assert.deepEqual(parseOptions(['--bucket', 'dataflow-samples']), {
      texts: { bucket: 'dataflow-samples', prefix: 'shakespeare/', access: 'public' },
      queries: Object.keys(CODELAB_QUERIES),
      json: false,
    });
  });

  it('takes a folder and one’s own queries, each once', () => {
    const argv = ['--dir', 'texts', '--query', 'whale', '--query', 'sea', '--query', 'whale'];
    assert.deepEqual(parseOptions([...argv, '--json']), {
      texts: { folder: 'texts' },
      queries: ['whale', 'sea'],
      json: true,
    });
  });

  const wrong: { name: string; argv: string[]; message: RegExp }[] = [
    { name: 'neither bucket nor folder', argv: [], message: /either --bucket B or --dir DIR/ },
    { name: 'both', argv: ['--bucket', 'bbb', '--dir', 'd'], message: /either --bucket B or/ },
    { name: 'a URL for a bucket', argv: ['--bucket', 'gs://b/p'], message: /without gs:\/\// },
    { name: 'a prefix of a folder', argv: ['--dir', 'd', '--prefix', 'p'], message: /--prefix/ },
    { name: 'an empty query', argv: ['--dir', 'd', '--query', ''], message: /is empty/ },
    { name: 'another access', argv: ['--bucket', 'bbb', '--access', 'x'], message: /public, iam/ },
    { name: 'an unknown flag', argv: ['--folder', 'd'], message: /--folder/ },
  ];
  for (const { name, argv, message } of wrong) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parseOptions(argv), { name: 'UsageError', message });
    });
  }
});
