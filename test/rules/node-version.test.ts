import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from './sources.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const { devDependencies } = JSON.parse(read('package.json'));

/** The one place that says which Node: the dev dependency `node` of package.json. */
const version: string = devDependencies.node;
const [major] = version.split('.');

describe('every place that names a Node names the dev dependency', () => {
  it('the types', () => {
    assert.equal(devDependencies['@types/node'].split('.')[0], major);
  });

  it('.nvmrc', () => assert.equal(read('.nvmrc').trim(), major));

  it('the images', () => {
    assert.match(
      read('Dockerfile'),
      new RegExp(`^ARG NODE_IMAGE=docker\\.io/library/node:${version}-[a-z]+-slim$`, 'm'),
    );
  });

  it('Cloud Build', () => {
    const names = [...read('cloudbuild.yaml').matchAll(/library\/node:([\d.]+)/g)];
    assert.deepEqual(
      names.map(([, found]) => found),
      [version],
    );
  });

  it('the documents', () => {
    for (const file of ['README.md', 'CONTRIBUTING.md']) {
      assert.equal(/Node\.js (\d+) included/.exec(read(file))?.[1], major, file);
    }
    const pinned = [...read('docs/telemetry.md').matchAll(/(?<![-\w/])node@(\d[\d.]*\d)/g)];
    assert.deepEqual([...new Set(pinned.map(([, found]) => found))], [version]);
  });

  it('this process', () => assert.equal(process.versions.node, version));
});
