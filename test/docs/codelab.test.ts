import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import {
  excerptOf,
  fillExcerpts,
  lineOf,
  missingLines,
  readCodeLinks,
  readCommands,
  relink,
  withoutFigures,
} from '../../docs/codelab/blocks.ts';
import { ROOT } from '../rules/sources.ts';
import { readDocument } from './documents.ts';

const SECTION = [
  '```sh',
  '# a comment',
  'npm start -- --once',
  'false',
  '```',
  '',
  '<!-- exit: 1 -->',
  '<!-- output: trace | end of it -->',
  '```text',
  'trace 1: 12.3 ms',
  '```',
  '<!-- output: totals -->',
  '```text',
  'totals 5',
  '```',
  '<!-- line: more -->',
  '```text',
  'more',
  '```',
  '<!-- verdict: takes | p -->',
  '```text',
  'takes 2.28',
  '  p = 0.1',
  '```',
  '',
].join('\n');

const OUTPUT = { isLine: false, isVerdict: false };

describe('the blocks of a section', () => {
  it('are commands with their exit code and the parts of their output', () => {
    assert.deepEqual(readCommands(SECTION), [
      { line: 'npm start -- --once', exitCode: 0, excerpts: [] },
      {
        line: 'false',
        exitCode: 1,
        excerpts: [
          { ...OUTPUT, from: 'trace', to: 'end of it', promised: ['trace 1: 12.3 ms'] },
          { ...OUTPUT, from: 'totals', to: null, promised: ['totals 5'] },
          { ...OUTPUT, isLine: true, from: 'more', to: null, promised: ['more'] },
          {
            ...OUTPUT,
            isVerdict: true,
            from: 'takes',
            to: 'p',
            promised: ['takes 2.28', '  p = 0.1'],
          },
        ],
      },
    ]);
    const text = '<!-- output: x -->\n```text\ny\n```\n';
    assert.throws(() => readCommands(text), /no command is before this part/);
  });

  it('are filled from an output, each with its part', () => {
    const output = 'before\ntrace 2 \nend of it\nmore\ntotals 6\nok 1\n\ntakes 3\n  p\nlast';
    const excerpts = readCommands(SECTION).flatMap((command) => command.excerpts);
    const taken = excerpts.map((excerpt) => excerptOf(output, excerpt));
    assert.deepEqual(taken, [
      ['trace 2', 'end of it'],
      ['totals 6', 'ok 1'],
      ['more'],
      ['takes 3', '  p'],
    ]);
    const filled = fillExcerpts(SECTION, taken);
    assert.match(filled, /it -->\n```text\ntrace 2\nend of it\n```\n<!-- output: totals/);
    assert.deepEqual(fillExcerpts(filled, taken), filled);
    assert.throws(
      () => excerptOf('', { from: 'trace', to: null, isLine: false }),
      /no line of the output has/,
    );
  });

  it('are compared without times, ids and bars, in their order', () => {
    assert.equal(withoutFigures('└ client GET   ██▒▒  12.3 ms'), '└ client GET T');
    assert.equal(withoutFigures(`b3  ${'a'.repeat(32)}-${'1'.repeat(16)}-1`), 'b3 ID-ID-N');
    assert.equal(
      withoutFigures('2 spans, 1 s, complete, cold start\n  · cold start: x'),
      'N spans, T, complete',
    );
    assert.deepEqual(missingLines(['a 1 ms', '…', 'b'], 'a 2.50 ms\nx\nb'), []);
    assert.deepEqual(missingLines(['b', 'a 1 ms'], 'a 2 ms\nb'), ['a 1 ms']);
    assert.deepEqual(missingLines(['takes 1.2 s', 'more'], 'it takes\n10.2 s more'), []);
    assert.deepEqual(missingLines(['orphan spans 0'], 'orphan spans 10'), ['orphan spans 0']);
  });

  it('link to the one line that has a part, wherever it has moved', () => {
    const text = 'See [`run(x)`](../a.ts#L7).';
    assert.deepEqual(readCodeLinks(text), [{ part: 'run(x)', file: '../a.ts', line: 7 }]);
    assert.equal(
      relink(text, () => 'a\nb\nrun(x);'),
      'See [`run(x)`](../a.ts#L3).',
    );
    assert.throws(() => relink(text, () => 'run(x) run\nrun(x)'), /2 lines of \.\.\/a\.ts have/);
    assert.throws(() => relink(text, () => ''), /0 lines/);
  });
});

const FOLDER = 'docs/codelab';
const PATHS = readdirSync(join(ROOT, FOLDER), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join(FOLDER, name));

describe('the codelab', () => {
  it('has eleven sections, each linked from its index and with commands to type', () => {
    const sections = PATHS.filter((path) => /^docs\/codelab\/\d\d-/.test(path)).sort();
    assert.equal(sections.length, 11);
    const index = readDocument(join(FOLDER, 'README.md')).text;
    for (const path of sections) {
      assert.ok(index.includes(`(${path.slice(FOLDER.length + 1)})`), path);
      assert.ok(readCommands(readDocument(path).text).length > 0, path);
    }
  });

  for (const path of PATHS) {
    it(`${path}: every link to a line leads to the code that it names`, () => {
      for (const link of readCodeLinks(readDocument(path).text)) {
        const code = readFileSync(join(ROOT, dirname(path), link.file), 'utf8');
        const fix = 'to write the new line numbers, run node docs/codelab/make.ts --links';
        assert.equal(link.line, lineOf(code, link), `${link.file}: ${link.part}: ${fix}`);
      }
    });
  }
});
