import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listFiles } from '../working-copy.ts';
import { ROOT } from './sources.ts';

/** Words that slow readers down whose first language is not English, and what to write instead. */
const WORDS: Readonly<Record<string, RegExp>> = {
  'fix (but `cure`, the name of a field of old)': /(?<!`)\b(?:cur(?:e|es|ed)|mend(?:s|ed)?)\b/i,
  'complete (of a trace)': /\bwhole (?:trace|tree)s?\b/i,
  again: /\banew\b/i,
  recently: /\bof late\b/i,
  'its own, or the name of the thing': /\bof (?:its|their) own\b/i,
  'say what failed': /\bin vain\b/i,
  'leave it out': /\bat hand\b/i,
  'derived from': /\b(?:is|are) told from\b/i,
  'inherent to': /\bby nature of\b/i,
};

/** This list, the texts of others, and files that no person reads. */
const LEFT_OUT =
  /^test\/(fixtures\/|rules\/words)|^(LICENSE|THIRD_PARTY_LICENSES\.md|package-lock\.json)$|\.png$/;

test('nothing that a person reads has a word that is hard to understand', async () => {
  const files = (await listFiles()).filter((file) => !LEFT_OUT.test(file));
  const found = files
    .filter((file) => existsSync(join(ROOT, file)))
    .flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          Object.entries(WORDS)
            .filter(([, word]) => word.test(line))
            .map(([instead]) => `${file}:${index + 1}: ${line.trim()} → ${instead}`),
        ),
    );
  assert.deepEqual(found, []);
});
