import { z } from 'zod';
import { SERVICES, type ServiceName } from '../../../../lib/telemetry/names.ts';
import { deployFix } from '../../../cli/deploy-commands.ts';
import type { Check, Context, DeployedService, Finding } from '../check.ts';
import { ApiError } from '../google-api.ts';
import type { PreflightOptions } from '../options.ts';

const envSchema = z.array(z.object({ name: z.string(), value: z.string().default('') }));

const serviceSchema = z.object({
  uri: z.string().default(''),
  template: z.object({
    serviceAccount: z.string().default(''),
    containers: z.array(z.object({ env: envSchema.default([]) })).min(1),
  }),
  terminalCondition: z
    .object({ state: z.string().default(''), message: z.string().default('') })
    .default({ state: '', message: '' }),
});

export const servicePath = ({ projectId, region }: PreflightOptions, name: ServiceName) =>
  `/v2/projects/${projectId}/locations/${region}/services/${name}`;

/** That the three services are deployed and ready; puts them into the context. */
export const services: Check = {
  id: 'services',
  title: 'the services are deployed and ready',
  after: ['images'],
  async run(context) {
    const findings: Finding[] = [];
    for (const name of SERVICES) {
      const found = await readService(context, name);
      if ('text' in found) findings.push(found);
      else context.services.set(name, found);
    }
    return findings;
  },
};

async function readService(
  { api, options }: Context,
  name: ServiceName,
): Promise<DeployedService | Finding> {
  try {
    const answer = serviceSchema.parse(await api.get('run', servicePath(options, name)));
    const { state, message } = answer.terminalCondition;
    const { projectId, region } = options;
    if (state !== 'CONDITION_SUCCEEDED') {
      return {
        text: `${name} is not ready (${state || 'no condition'}): ${message}`,
        fix: `gcloud run services logs read ${name} --project ${projectId} --region ${region} --limit 50`,
      };
    }
    const env = answer.template.containers[0]?.env ?? [];
    return {
      name,
      uri: answer.uri,
      serviceAccount: answer.template.serviceAccount,
      env: Object.fromEntries(env.map((entry) => [entry.name, entry.value])),
    };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const tag = options.tag === undefined ? [] : [`-var image_tag=${options.tag}`];
    return {
      text: `${name} is not deployed in ${options.region}`,
      fix: deployFix(options, tag),
    };
  }
}
