import { CODELAB_QUERIES, parseKnownQueries } from '../../../../lib/queries.ts';
import { deployFix } from '../../../cli/deploy-commands.ts';
import { YOU } from '../../../cli/google-refusals.ts';
import { readBucket } from '../../../works/bucket.ts';
import { countLinesWith, decodeText, linesOf } from '../../../works/count.ts';
import type { Text } from '../../../works/folder.ts';
import type { Check, Context, Finding } from '../check.ts';
import { ApiError } from '../google-api.ts';
import { lackingPermissions, type Policy, parsePolicy, readProjectPolicy } from '../policy.ts';

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
  title: 'you can read the works, and they contain the expected counts',
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
          fix:
            access === 'iam'
              ? `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member ${YOU} --role roles/storage.objectViewer`
              : `gcloud storage ls gs://${bucket}/${prefix}   # if it is not public: ${deployFix(context.options, ['-var works_access=iam'])}`,
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
        fix:
          `npx shakesapp queries --bucket ${bucket} --prefix '${prefix || '/'}' ` +
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

const NEEDED = ['storage.objects.get', 'storage.objects.list'];

export const PUBLIC_WORKS = 'the works are public: the server reads them without credentials';

/** The check `works` reads as you; this one checks whether the server can. */
export const worksReaders: Check = {
  id: 'works-readers',
  title: 'the server on Cloud Run can read the works',
  after: ['services'],
  async run(context) {
    const { access } = worksSourceOf(context);
    if (access === 'public') return { skipped: PUBLIC_WORKS };
    const { serviceAccount = '' } = context.services.get('server') ?? {};
    return findWorksReader(context, `serviceAccount:${serviceAccount}`);
  },
};

/** Whether the policies of the bucket and of the project let this member list and read objects. */
export async function findWorksReader(context: Context, member: string): Promise<Finding[]> {
  const { bucket } = worksSourceOf(context);
  const { projectId } = context.options;
  let policy: Policy;
  try {
    const path = `/storage/v1/b/${bucket}/iam?optionsRequestedPolicyVersion=3`;
    policy = parsePolicy(await context.api.get('storage', path));
  } catch (error) {
    if (!(error instanceof ApiError) || ![403, 404].includes(error.status)) throw error;
    return [
      error.status === 404
        ? {
            text: `there is no bucket gs://${bucket}`,
            fix: `gcloud storage ls --project ${projectId}   # then apply terraform with -var works_bucket=NAME`,
          }
        : {
            text: `permission denied to read the policy of gs://${bucket}: whether ${member} can read it was not checked`,
            fix: `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member ${YOU} --role roles/storage.legacyBucketOwner`,
          },
    ];
  }
  const policies = [policy, await readProjectPolicy(context)];
  const lacking = await lackingPermissions(context, member, policies, NEEDED);
  if (lacking.length === 0) return [];
  return [
    {
      text:
        `${member} lacks ${lacking.join(' and ')} on gs://${bucket}, by the policies of the bucket ` +
        `and of ${projectId} (grants to groups, on folders and with conditions were not checked)`,
      fix: `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member '${member}' --role roles/storage.objectViewer`,
    },
  ];
}
