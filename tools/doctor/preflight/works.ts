import { CODELAB_QUERIES, parseKnownQueries } from '../../../lib/queries.ts';
import { deployCure } from '../../cli/deploy-commands.ts';
import { YOU } from '../../cli/google-refusals.ts';
import { readBucket } from '../../works/bucket.ts';
import { countLinesWith, decodeText, linesOf } from '../../works/count.ts';
import type { Text } from '../../works/folder.ts';
import type { Check, Context } from './check.ts';

export type ReadWorks = (source: {
  bucket: string;
  prefix: string;
  access: 'public' | 'iam';
}) => Promise<readonly Text[]>;

/**
 * Reads what the deployed server reads, though as you and not as the server, and counts by other
 * means than it does.
 */
export const createWorksCheck = (readWorks: ReadWorks = readBucket): Check => ({
  id: 'works',
  title: 'the works can be read, by you, and hold the expected counts',
  after: ['services'],
  async run(context) {
    const source = worksSourceOf(context);
    const { bucket, prefix, access } = source;
    let texts: readonly Text[];
    try {
      texts = await readWorks(source);
    } catch (error) {
      return [
        {
          text: (error as Error).message,
          cure:
            access === 'iam'
              ? `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member ${YOU} --role roles/storage.objectViewer`
              : `gcloud storage ls gs://${bucket}/${prefix}   # if it is not public: ${deployCure(context.options, ['-var works_access=iam'])}`,
        },
      ];
    }
    const lines = texts.flatMap(({ bytes }) => linesOf(decodeText(bytes)));
    const wrong = Object.entries(expectedCounts(context))
      .map(([query, expected]) => ({ query, expected, found: countLinesWith(query, lines) }))
      .filter(({ expected, found }) => expected !== found);
    if (wrong.length === 0) return [];
    const described = wrong.map(
      ({ query, expected, found }) =>
        `${JSON.stringify(query)} is in ${found} lines, expected ${expected}`,
    );
    return [
      {
        text: described.join('; '),
        cure:
          `npm run --silent queries -- --bucket ${bucket} --prefix '${prefix || '/'}' ` +
          '> known-queries.json   # then apply with -var known_queries="$(cat known-queries.json)"',
      },
    ];
  },
});

/** What the deployed server reads, by its environment. */
export function worksSourceOf({ services }: Context) {
  const env = services.get('server')?.env ?? {};
  const prefix = env.WORKS_PREFIX || 'shakespeare/';
  return {
    bucket: env.WORKS_BUCKET || 'dataflow-samples',
    prefix: prefix === '/' ? '' : prefix,
    access: env.WORKS_ACCESS === 'iam' ? ('iam' as const) : ('public' as const),
  };
}

function expectedCounts({ services }: Context): Readonly<Record<string, number>> {
  const table = services.get('loadgen')?.env.KNOWN_QUERIES;
  return table ? parseKnownQueries(table) : CODELAB_QUERIES;
}
