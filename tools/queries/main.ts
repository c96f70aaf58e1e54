import { checkFolder, runTool } from '../cli/command-line.ts';
import { refuseFlagsTakenByNpm } from '../cli/npm-flags.ts';
import { createProgress } from '../cli/progress.ts';
import { readFolder } from '../local/cloud/storage/works.ts';
import { readBucket, type Text } from './bucket.ts';
import { countLinesWith, decodeText, linesOf } from './count.ts';
import { FLAG_NAMES, HELP, type Options, parseOptions } from './options.ts';

async function main(): Promise<number> {
  refuseFlagsTakenByNpm(process.env, FLAG_NAMES, 'npm run -s queries');
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const texts = await readTexts(options);
  const lines = texts.flatMap(({ bytes }) => linesOf(decodeText(bytes)));
  const queries = Object.fromEntries(
    options.queries.map((query) => [query, countLinesWith(query, lines)]),
  );
  const nowhere = options.queries.filter((query) => queries[query] === 0);
  if (nowhere.length > 0) {
    process.stderr.write(
      `queries: in no line: ${nowhere.map((query) => JSON.stringify(query)).join(', ')}. A server ` +
        'that reads nothing gives 0 as well, so leave them out of KNOWN_QUERIES.\n',
    );
  }
  const bytes = texts.reduce((sum, text) => sum + text.bytes.length, 0);
  const { texts: source, json } = options;
  const details = { source, texts: texts.length, bytes, lines: lines.length, queries };
  process.stdout.write(`${JSON.stringify(json ? details : queries)}\n`);
  return 0;
}

async function readTexts({ texts }: Options): Promise<readonly Text[]> {
  if ('folder' in texts) {
    checkFolder('dir', texts.folder);
    return readFolder(texts.folder);
  }
  // Without credentials to look for, nobody asks for a metadata server that a desk does not have.
  if (texts.access === 'public') process.env.METADATA_SERVER_DETECTION ??= 'none';
  const progress = createProgress(process.stderr);
  try {
    return await readBucket({
      ...texts,
      onProgress: (read, all) => progress.show(`read ${read} of ${all} texts`),
    });
  } finally {
    progress.clear();
  }
}

await runTool('queries', main);
