import { z } from 'zod';
import { SERVICES } from '../../../../lib/telemetry/names.ts';
import { deployFix } from '../../../cli/deploy-commands.ts';
import type { Check, Finding } from '../check.ts';
import { ApiError } from '../google-api.ts';
import type { PreflightOptions } from '../options.ts';

export const REPOSITORY = 'trace-codelab';

export const repositoryPath = ({ projectId, region }: PreflightOptions) =>
  `/v1/projects/${projectId}/locations/${region}/repositories/${REPOSITORY}`;

export const repository: Check = {
  id: 'repository',
  title: `the repository ${REPOSITORY} exists`,
  after: ['apis'],
  async run({ api, options }) {
    try {
      await api.get('artifactregistry', repositoryPath(options));
      return [];
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      return [
        {
          text: `no repository ${REPOSITORY} in ${options.region} of ${options.projectId}`,
          fix: deployFix(options),
        },
      ];
    }
  },
};

const tagsSchema = z.object({ tags: z.array(z.object({ name: z.string() })).default([]) });

export const images: Check = {
  id: 'images',
  title: 'the three images are in it',
  after: ['repository'],
  async run({ api, options }) {
    const { projectId, region, tag } = options;
    const lacking: string[] = [];
    for (const name of SERVICES) {
      try {
        const path = `${repositoryPath(options)}/packages/${name}/tags`;
        if (tag !== undefined) await api.get('artifactregistry', `${path}/${tag}`);
        else {
          const { tags } = tagsSchema.parse(await api.get('artifactregistry', path));
          if (tags.length === 0) lacking.push(name);
        }
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
        lacking.push(name);
      }
    }
    if (lacking.length === 0) return [];
    const finding: Finding = {
      text: `no image ${tag === undefined ? '' : `with tag ${tag} `}of ${lacking.join(', ')}`,
      fix:
        `gcloud builds submit --project ${projectId} --region ${region} --config cloudbuild.yaml ` +
        `--service-account projects/${projectId}/serviceAccounts/shakesapp-build@${projectId}.iam.gserviceaccount.com ` +
        `--gcs-source-staging-dir gs://${projectId}-shakesapp-build/source ` +
        `--substitutions _REGION=${region},_REPOSITORY=${REPOSITORY},_TAG=${tag ?? 'v1'} .`,
    };
    return [finding];
  },
};
