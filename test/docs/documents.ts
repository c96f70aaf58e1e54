import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../rules/sources.ts';
import { listFiles } from '../working-copy.ts';

/** A file that people read. `path` is from the project's root. */
export type Document = Readonly<{ path: string; text: string }>;

/** Every Markdown file of the repository, but those that tests read. */
export async function readDocuments(): Promise<readonly Document[]> {
  const paths = (await listFiles()).filter((path) => /^(?!test\/).*\.md$/.test(path));
  return paths.sort().map(readDocument);
}

export function readDocument(path: string): Document {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** Every line of every sh block, in order and without comments. */
export function readLines(markdown: string): readonly string[] {
  return readBlocks(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
    .filter((line) => line !== '');
}

/** What inline code holds. */
export function readInlineCode(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** A fenced block. `name` is the file that the sentence before it begins with, if it names one. */
export type Block = Readonly<{ language: string; name: string | undefined; code: string }>;

export function readBlocks(markdown: string): readonly Block[] {
  const fence = /^(?<before>[^\n]*)\n+```(?<language>\w+)\n(?<code>.*?)^```$/gms;
  return [...markdown.matchAll(fence)].map(({ groups = {} }) => ({
    language: groups.language ?? '',
    name: /`([\w.-]+\.\w+)` (?:is|prints|holds)/.exec(groups.before ?? '')?.[1],
    code: groups.code ?? '',
  }));
}
