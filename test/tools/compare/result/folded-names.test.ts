import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldedText, tooManyNames } from '../../../../tools/compare/result/folded-names.ts';

const FOLDED = {
  ...{ names: 14, into: 1, more: false, tooMany: [] },
  examples: [{ name: 'GET /a/{id}', from: 'GET /a/1', names: 14 }],
};
const TOO_MANY = [{ service: 'shop', names: 340, example: 'job 17' }];

test('says how many names were folded into how many, with an example', () => {
  assert.deepEqual(foldedText(FOLDED), [
    '14 span names with ids are folded into 1: GET /a/1 → GET /a/{id} (14 names).',
  ]);
  assert.match(foldedText({ ...FOLDED, more: true })[0] ?? '', /^At least 14 span names/);
});

test('says nothing where nothing was folded', () => {
  assert.deepEqual(foldedText(null), []);
  assert.deepEqual(foldedText({ ...FOLDED, names: 0, tooMany: TOO_MANY }), []);
});

test('says which services have too many names although they are folded', () => {
  assert.equal(tooManyNames(FOLDED), null);
  const shop = 'shop has 340 span names, such as job 17';
  assert.equal(tooManyNames({ ...FOLDED, tooMany: TOO_MANY }), shop);
  assert.match(tooManyNames({ ...FOLDED, tooMany: TOO_MANY, more: true }) ?? '', /at least 340/);
});
