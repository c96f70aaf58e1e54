import { Command } from '@commander-js/extra-typings';
import { jsonFlag, repeatableFlag, wordFlag } from '../flags.ts';

export const queriesCommand = () =>
  new Command('queries')
    .summary('count the lines of your texts that contain each query')
    .description(
      `Counts the lines of any body of texts that contain each query, case-insensitively, and prints them as a JSON object of query → count: the value of KNOWN_QUERIES, and the file that \`npm start -- --queries FILE\` reads.

It counts in a different way than the server (one regular expression per line, as the codelab did), so that each checks the other.`,
    )
    .optionsGroup('Where the texts are (exactly one):')
    .option('--bucket <name>', 'the objects of this Cloud Storage bucket')
    .option('--dir <folder>', 'the files of this folder and of its folders')
    .optionsGroup('With --bucket:')
    .option('--prefix <prefix>', 'only objects whose names begin with it (default: shakespeare/)')
    .addOption(
      wordFlag(
        '--access <word>',
        'public: send no credentials (the default); iam: send your own credentials',
        ['public', 'iam'],
      ),
    )
    .optionsGroup('What to count:')
    .addOption(
      repeatableFlag(
        '--query <text>',
        "a query to count; may be repeated (default: the codelab's ten)",
      ),
    )
    .addOption(jsonFlag('print {source, texts, bytes, lines, queries} instead'))
    .addHelpText(
      'after',
      `
Examples:
  npx shakesapp queries --bucket dataflow-samples --prefix shakespeare/
  npx shakesapp queries --dir ./texts --query whale --query sea > queries.json

Exit code: 0 counted; 1 a failure; 2 bad usage.
`,
    );

export type QueriesFlags = ReturnType<ReturnType<typeof queriesCommand>['opts']>;
