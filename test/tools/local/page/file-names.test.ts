import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileNames } from '../../../../tools/local/page/file-names.ts';

for (const [what, paths, names] of [
  ['none', [], []],
  [
    'files of different names by their names',
    ['a/http.ndjson', 'grpc.ndjson'],
    ['http.ndjson', 'grpc.ndjson'],
  ],
  ['files of one name by their folders', ['/r/mon/run', '/r/tue/run'], ['mon/run', 'tue/run']],
  ['by two folders where one is the same', ['/a/x/run', '/b/x/run'], ['a/x/run', 'b/x/run']],
  ['no more than those of one name', ['/a/run', '/b/run', '/a/other'], ['a/run', 'b/run', 'other']],
  ['each by what it needs', ['/a/x/run', '/b/x/run', '/b/y/run'], ['a/x/run', 'b/x/run', 'y/run']],
  ['a file at the root by its path', ['/run', '/a/run'], ['/run', 'a/run']],
  ['one file that is given twice by its name', ['./a/run', 'a/run'], ['run', 'run']],
  [
    'relative paths by the folder that they are in',
    ['run', '/other/run'],
    [`${folder()}/run`, 'other/run'],
  ],
] as const) {
  test(`calls ${what}`, () => assert.deepEqual(fileNames(paths), names));
}

function folder(): string {
  return process.cwd().split('/').at(-1) ?? '';
}
