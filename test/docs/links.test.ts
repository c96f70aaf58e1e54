import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../rules/sources.ts';
import { type Document, readDocument, readDocuments } from './documents.ts';

type Link = Readonly<{ path: string; anchor: string | undefined }>;

/** Links and pictures to something in the repository, as paths from its root. */
function linksOf({ path, text }: Document): readonly Link[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '');
  const targets = [
    ...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g),
    ...prose.matchAll(/(?:src|srcset|href)="(?!https?:)([^"]+)"/g),
  ];
  return targets.map(([, target = '']) => {
    const [file = '', anchor] = target.split('#');
    return { path: file === '' ? path : normalize(join(dirname(path), file)), anchor };
  });
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf({ text }: Document): ReadonlySet<string> {
  const headings = text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the links of the documents', async () => {
  const documents = await readDocuments();

  it('are found', () => {
    const count = documents.flatMap(linksOf).length;
    assert.ok(documents.length >= 8 && count >= 40, `${count} links in ${documents.length}`);
  });

  for (const document of documents) {
    it(`${document.path}: lead to what is there`, () => {
      const dead = linksOf(document).filter(({ path, anchor }) => {
        if (!existsSync(join(ROOT, path))) return true;
        // A line of code: test/docs/codelab.test.ts reads it.
        if (anchor === undefined || !path.endsWith('.md')) return false;
        return !anchorsOf(readDocument(path)).has(anchor);
      });
      assert.deepEqual(dead, []);
    });
  }

  it('lead from the README to every document, in one step or two', () => {
    const fromReadme = linksOf(readDocument('README.md')).map(({ path }) => path);
    const inTwo = fromReadme
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => linksOf(readDocument(path)).map((link) => link.path));
    const reached = new Set([...fromReadme, ...inTwo]);
    const lost = documents
      .map(({ path }) => path)
      .filter((path) => path.startsWith('docs/') && !reached.has(path));
    assert.deepEqual(lost, []);
  });
});
