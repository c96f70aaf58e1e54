import { SERVICES, type ServiceName } from '../../../../lib/telemetry/names.ts';
import { grantCommand } from '../../../cli/google-refusals.ts';
import type { Check, Context, Finding } from '../check.ts';
import { traceRolesFor } from '../exporters.ts';
import { EVERYBODY, membersOf, parsePolicy, readProjectPolicy } from '../policy.ts';
import { servicePath } from './services.ts';

const INVOKER = 'roles/run.invoker';

/** As terraform names the account of Cloud Scheduler; the others' stand with their services. */
const schedulerAccount = (projectId: string) =>
  `shakesapp-scheduler@${projectId}.iam.gserviceaccount.com`;

/** The caller of each service. */
function callersOf({ options, services }: Context): Record<ServiceName, string> {
  return {
    loadgen: schedulerAccount(options.projectId),
    client: services.get('loadgen')?.serviceAccount ?? '',
    server: services.get('client')?.serviceAccount ?? '',
  };
}

export const invokers: Check = {
  id: 'invokers',
  title: 'each service can be called by its caller, and by nobody else',
  after: ['services'],
  async run(context) {
    const { api, options } = context;
    const callers = callersOf(context);
    const findings: Finding[] = [];
    for (const name of SERVICES) {
      const answer = await api.get('run', `${servicePath(options, name)}:getIamPolicy`);
      const members = membersOf(parsePolicy(answer), [INVOKER]);
      const change = (verb: 'add' | 'remove', member: string) =>
        `gcloud run services ${verb}-iam-policy-binding ${name} --project ${options.projectId} ` +
        `--region ${options.region} --member ${member} --role ${INVOKER}`;
      const caller = `serviceAccount:${callers[name]}`;
      if (!members.includes(caller)) {
        findings.push({
          text: `${caller} has no permission to call ${name}`,
          fix: change('add', caller),
        });
      }
      for (const member of members.filter((one) => EVERYBODY.includes(one))) {
        findings.push({ text: `${member} can call ${name}`, fix: change('remove', member) });
      }
    }
    return findings;
  },
};

export const traceWriters: Check = {
  id: 'trace-writers',
  title: 'each service account can write traces',
  after: ['services'],
  async run(context) {
    const { options, services } = context;
    const { projectId, region } = options;
    const policy = await readProjectPolicy(context);
    const findings: Finding[] = [];
    for (const { name, serviceAccount, env } of services.values()) {
      const member = `serviceAccount:${serviceAccount}`;
      if (env.GOOGLE_CLOUD_PROJECT !== projectId) {
        findings.push({
          text: `${name} writes its traces to ${env.GOOGLE_CLOUD_PROJECT ?? 'no project'}, not to ${projectId}`,
          fix: `gcloud run services update ${name} --project ${projectId} --region ${region} --update-env-vars GOOGLE_CLOUD_PROJECT=${projectId}`,
        });
      }
      for (const roles of traceRolesFor(env)) {
        if (membersOf(policy, roles).includes(member)) continue;
        findings.push({
          text: `${member} (${name}) has none of ${roles.join(', ')}`,
          fix: grantCommand(projectId, member, roles[0]),
        });
      }
    }
    return findings;
  },
};
