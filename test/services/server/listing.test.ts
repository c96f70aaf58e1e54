import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ZodError } from 'zod';
import { collectPages, parseListingPage } from '../../../services/server/listing.ts';

const item = { name: 'plays/a', generation: '1700000000000000', size: '5', crc32c: 'AAAAAA==' };

describe('parseListingPage', () => {
  test('types what a page holds, with sizes as numbers', () => {
    const gzip = { ...item, name: 'plays/b', contentEncoding: 'gzip' };
    const page = { items: [item, gzip], nextPageToken: 'next', kind: 'storage#objects' };
    assert.deepEqual(parseListingPage(page), {
      refs: [
        { ...item, size: 5, gzip: false },
        { ...item, name: 'plays/b', size: 5, gzip: true },
      ],
      nextPageToken: 'next',
    });
  });

  test('takes a page without items for an empty one, and no token for the last', () => {
    for (const page of [{}, { nextPageToken: '' }]) {
      assert.deepEqual(parseListingPage(page), { refs: [], nextPageToken: undefined });
    }
  });

  const wrong: [title: string, page: unknown, path: string][] = [
    ['nothing', undefined, ''],
    ['a text', 'Service Unavailable', ''],
    ['items that are no list', { items: {} }, 'items'],
    ['an item without a name', { items: [{ ...item, name: undefined }] }, 'items.0.name'],
    [
      'a generation that is a number',
      { items: [{ ...item, generation: 1 }] },
      'items.0.generation',
    ],
    ['a size that is no number', { items: [{ ...item, size: 'big' }] }, 'items.0.size'],
    ['a negative size', { items: [{ ...item, size: '-1' }] }, 'items.0.size'],
    ['an empty checksum', { items: [{ ...item, crc32c: '' }] }, 'items.0.crc32c'],
    ['a token that is no text', { nextPageToken: 7 }, 'nextPageToken'],
    ['a token that no URL can hold', { nextPageToken: '\ud800' }, 'nextPageToken'],
    ['a name that no URL can hold', { items: [{ ...item, name: 'a\udfff' }] }, 'items.0.name'],
  ];
  for (const [title, page, path] of wrong) {
    test(`refuses ${title} and names the member`, () => {
      assert.throws(
        () => parseListingPage(page),
        (error) => error instanceof ZodError && error.issues[0]?.path.join('.') === path,
      );
    });
  }
});

describe('collectPages', () => {
  test('refuses a listing that has an object twice, whose lines would count twice', async () => {
    const page = parseListingPage({ items: [item] });
    const limits = { objects: 10, bytes: 100 };
    const pages = [{ ...page, nextPageToken: 'next' }, page];
    const readPage = async () => pages.shift() ?? page;
    await assert.rejects(collectPages(readPage, limits), /the listing has "plays\/a" twice/);
  });

  for (const [pages, outcome] of [
    [2_000, 'is read'],
    [2_001, 'is refused'],
  ] as const) {
    test(`a listing of ${pages} pages, which are empty, ${outcome}`, async () => {
      let asked = 0;
      const readPage = async () => {
        asked += 1;
        return { refs: [], nextPageToken: asked < pages ? String(asked) : undefined };
      };
      const refs = collectPages(readPage, { objects: 10, bytes: 100 });
      if (outcome === 'is read') assert.deepEqual(await refs, []);
      else await assert.rejects(refs, { kind: 'failedPrecondition', message: /than 2000 pages/ });
      assert.equal(asked, 2_000);
    });
  }
});
