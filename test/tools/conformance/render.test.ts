import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Result } from '../../../tools/conformance/check.ts';
import { renderResults } from '../../../tools/conformance/render.ts';

const FOREIGN = '\u001b[31mred\nnext';

it('shows the words of a program on one line, without control characters', () => {
  const of = { id: 'a', group: 'Answers', title: 'answers', rule: { section: 'client', says: '' } };
  const results: readonly Result[] = [
    { ...of, outcome: 'finding', finding: { sent: FOREIGN, came: FOREIGN, fix: FOREIGN } },
    { ...of, outcome: 'skipped', reason: FOREIGN },
  ];
  const text = renderResults(results);
  assert.equal(text.includes('\u001b'), false);
  assert.deepEqual(
    text.split('\n').filter((line) => line.includes('next')),
    [
      '      sent:     ·[31mred·next',
      '      came:     ·[31mred·next',
      '      fix:      ·[31mred·next',
      '  – answers (not checked: ·[31mred·next)',
    ],
  );
});
