import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { readCommands } from '../../docs/codelab/blocks.ts';
import { ROOT } from '../rules/sources.ts';
import { readDocument, readInlineCode } from './documents.ts';

const ENGLISH = 'docs/codelab';
const KOREAN = 'docs/codelab/ko';

const listSections = (folder: string) =>
  readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md'));

/** What a text has in every language: all but the sentences. */
type Frame = Readonly<{
  headings: readonly string[];
  /** Each with the comments that say what it shows. */
  blocks: readonly string[];
  links: readonly string[];
  code: readonly string[];
}>;

const BLOCK = /(?:^<!-- [^\n]* -->\n+)*^```\w*\n.*?^```$/gms;

function frameOf(path: string): Frame {
  const { text } = readDocument(path);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => {
    if (target.startsWith('https:')) return target;
    return normalize(join(dirname(path), target)).replace(`${KOREAN}/`, `${ENGLISH}/`);
  });
  return {
    headings: [...text.replaceAll(BLOCK, '').matchAll(/^#+(?= )/gm)].map(([level]) => level),
    blocks: [...text.matchAll(BLOCK)].map(([block]) => block),
    links: links.sort(),
    code: readInlineCode(text),
  };
}

const IS_COMMAND = /^([A-Z_]+=\S+ )*(npm|npx) /;

describe('the codelab in Korean', () => {
  it('has the sections that the English one has', () => {
    assert.deepEqual(listSections(KOREAN), listSections(ENGLISH));
  });

  for (const name of listSections(ENGLISH)) {
    const english = frameOf(join(ENGLISH, name));
    const korean = frameOf(join(KOREAN, name));
    const fix = `where docs/codelab/${name} changed, change docs/codelab/ko/${name} as well`;

    it(`${name}: types the same commands in the same order and shows the same outputs`, () => {
      assert.deepEqual(korean.blocks, english.blocks, `${fix}; make.ts fills the outputs of both`);
      const commands = readCommands(readDocument(join(ENGLISH, name)).text);
      assert.deepEqual(readCommands(readDocument(join(KOREAN, name)).text), commands, fix);
    });

    it(`${name}: has the same headings and leads to the same code and pages`, () => {
      assert.deepEqual(korean.headings, english.headings, fix);
      assert.deepEqual(korean.links, english.links, fix);
    });

    it(`${name}: names all that the English section names, and no other command`, () => {
      const named = new Set(korean.code);
      assert.deepEqual(
        english.code.filter((code) => !named.has(code)),
        [],
        fix,
      );
      const known = new Set(english.code);
      const others = korean.code.filter((code) => IS_COMMAND.test(code) && !known.has(code));
      assert.deepEqual(others, [], fix);
    });
  }
});
