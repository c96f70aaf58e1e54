import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLocation } from '../../../../../tools/local/cloud/storage/location.ts';

describe('parseLocation', () => {
  const listing = { api: 'json', bucket: 'works', listing: true } as const;
  const object = { bucket: 'works', object: 'a b/c.txt', listing: false } as const;
  const paths: readonly (readonly [path: string, found: object])[] = [
    ['/storage/v1/b/works', { api: 'json', bucket: 'works', listing: false }],
    ['/storage/v1/b/works/o', listing],
    ['/b/works/o', listing],
    ['/storage/v1/b/works/o/a%20b%2Fc.txt', { api: 'json', ...object }],
    ['/download/storage/v1/b/works/o/a%20b%2Fc.txt', { api: 'json', ...object }],
    ['/works/a%20b/c.txt', { api: 'xml', ...object }],
    ['/works/a%20b%2Fc.txt', { api: 'xml', ...object }],
    ['/storage/a.txt', { api: 'xml', bucket: 'storage', object: 'a.txt', listing: false }],
  ];
  for (const [path, found] of paths) {
    it(`reads ${path}`, () => assert.deepEqual(parseLocation(path), found));
  }

  for (const path of ['/', '/works', '/b/', '/works/']) {
    it(`finds nothing at ${path}`, () => {
      assert.throws(() => parseLocation(path), { status: 404, reason: 'notFound' });
    });
  }

  it('refuses a path that cannot be decoded', () => {
    assert.throws(() => parseLocation('/works/%ff'), { status: 400, reason: 'invalid' });
  });
});
