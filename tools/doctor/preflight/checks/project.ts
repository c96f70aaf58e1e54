import { z } from 'zod';
import { refusalOf, SIGN_IN } from '../../../cli/google-refusals.ts';
import type { Check, Context } from '../check.ts';
import { sendsToGoogleByOtlp } from '../exporters.ts';
import { ApiError } from '../google-api.ts';

/** As terraform/apis.tf enables them; a test compares. */
export const REQUIRED_APIS = [
  'artifactregistry.googleapis.com',
  'cloudbuild.googleapis.com',
  'cloudresourcemanager.googleapis.com',
  'cloudscheduler.googleapis.com',
  'cloudtrace.googleapis.com',
  'iam.googleapis.com',
  'logging.googleapis.com',
  'run.googleapis.com',
  'storage.googleapis.com',
];

export const credentials: Check = {
  id: 'credentials',
  title: 'your credentials work',
  after: [],
  async run({ api }) {
    await api.signIn();
    return [];
  },
};

export const project: Check = {
  id: 'project',
  title: 'the project exists, and you can read it',
  after: ['credentials'],
  async run({ api, options: { projectId } }) {
    try {
      const answer = await api.get('cloudresourcemanager', `/v3/projects/${projectId}`);
      const { state } = z.object({ state: z.string() }).parse(answer);
      if (state === 'ACTIVE') return [];
      return [{ text: `${projectId} is ${state}`, fix: `gcloud projects undelete ${projectId}` }];
    } catch (error) {
      // Google answers 403 for a project that does not exist, too.
      if (!(error instanceof ApiError) || ![403, 404].includes(error.status)) throw error;
      if (refusalOf(error.message, projectId)) throw error;
      return [
        {
          text: `no project ${projectId} that you can read: ${error.message}`,
          fix: `gcloud projects list   # take --project from this list, or sign in as another person: ${SIGN_IN}`,
        },
      ];
    }
  },
};

const apiSchema = z.object({ state: z.string().optional() });
const apisSchema = z.object({
  services: z.array(apiSchema.extend({ name: z.string() })).default([]),
});

export const apis: Check = {
  id: 'apis',
  title: 'the APIs are enabled',
  after: ['project'],
  async run({ api, options: { projectId } }) {
    const names = REQUIRED_APIS.map((name) => `names=projects/${projectId}/services/${name}`);
    const answer = await api.get(
      'serviceusage',
      `/v1/projects/${projectId}/services:batchGet?${names.join('&')}`,
    );
    // The answer's names begin with the project's number.
    const enabled = apisSchema
      .parse(answer)
      .services.filter(({ state }) => state === 'ENABLED')
      .map(({ name }) => name.split('/').at(-1));
    const missing = REQUIRED_APIS.filter((name) => !enabled.includes(name));
    if (missing.length === 0) return [];
    return [
      {
        text: `not enabled: ${missing.join(', ')}`,
        fix: `gcloud services enable ${missing.join(' ')} --project ${projectId}`,
      },
    ];
  },
};

export async function isEnabled(
  { api, options: { projectId } }: Context,
  name: string,
): Promise<boolean> {
  const answer = await api.get('serviceusage', `/v1/projects/${projectId}/services/${name}`);
  return apiSchema.parse(answer).state === 'ENABLED';
}

const TELEMETRY = 'telemetry.googleapis.com';

/** As terraform/apis.tf enables it for a deployment that exports by OTLP. */
export const exporterApi: Check = {
  id: 'exporter-api',
  title: `${TELEMETRY} is enabled, for traces by OTLP`,
  after: ['services'],
  async run(context) {
    const { services, options } = context;
    const senders = [...services.values()].filter(({ env }) => sendsToGoogleByOtlp(env));
    if (senders.length === 0) return { skipped: 'no service sends traces to Google by OTLP' };
    if (await isEnabled(context, TELEMETRY)) return [];
    return [
      {
        text: `${TELEMETRY} is not enabled, and ${senders.map(({ name }) => name).join(', ')} send to it`,
        fix: `gcloud services enable ${TELEMETRY} --project ${options.projectId}`,
      },
    ];
  },
};
