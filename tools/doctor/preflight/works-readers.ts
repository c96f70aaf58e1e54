import { YOU } from '../../cli/google-refusals.ts';
import type { Check, Context, Finding } from './check.ts';
import { ApiError } from './google-api.ts';
import { lackingPermissions, type Policy, parsePolicy, readProjectPolicy } from './policy.ts';
import { worksSourceOf } from './works.ts';

const NEEDED = ['storage.objects.get', 'storage.objects.list'];

export const PUBLIC_WORKS = 'the works are public: the server reads them without credentials';

/** The check `works` reads as you; this one asks whether the server may. */
export const worksReaders: Check = {
  id: 'works-readers',
  title: 'the server on Cloud Run may read the works',
  after: ['services'],
  async run(context) {
    const { access } = worksSourceOf(context);
    if (access === 'public') return { skipped: PUBLIC_WORKS };
    const { serviceAccount = '' } = context.services.get('server') ?? {};
    return findWorksReader(context, `serviceAccount:${serviceAccount}`);
  },
};

/** Whether the policies of the bucket and of the project let this member list and read. */
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
            cure: `gcloud storage ls --project ${projectId}   # then apply terraform with -var works_bucket=NAME`,
          }
        : {
            text: `you may not see who may read gs://${bucket}, so whether ${member} may is not known`,
            cure: `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member ${YOU} --role roles/storage.legacyBucketOwner`,
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
        `and of ${projectId} (grants to groups, by folders and under conditions are not counted)`,
      cure: `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member '${member}' --role roles/storage.objectViewer`,
    },
  ];
}
