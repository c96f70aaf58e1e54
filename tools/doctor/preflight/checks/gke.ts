import { z } from 'zod';
import type { ServiceName } from '../../../../lib/telemetry/names.ts';
import { grantCommand } from '../../../cli/google-refusals.ts';
import type { Check, Cluster, Context, Finding, Skipped } from '../check.ts';
import { traceRolesFor } from '../exporters.ts';
import { membersOf, parsePolicy, readProjectPolicy } from '../policy.ts';
import { NAMESPACE, poolOf } from './cluster.ts';
import { REPOSITORY, repositoryPath } from './images.ts';
import { findWorksReader, PUBLIC_WORKS, worksSourceOf } from './works.ts';

/** A check of the overlay: skipped where there is no cluster. */
const onCluster = (
  check: Omit<Check, 'run'>,
  run: (context: Context, found: Cluster) => Promise<readonly Finding[] | Skipped>,
): Check => ({
  ...check,
  async run(context) {
    const [found] = context.clusters;
    return found ? run(context, found) : { skipped: 'not deployed' };
  },
});

const READER = 'roles/artifactregistry.reader';
const PULLERS = [READER, 'roles/artifactregistry.writer', 'roles/artifactregistry.repoAdmin'];
const PROJECT_PULLERS = [...PULLERS, 'roles/artifactregistry.admin', 'roles/editor', 'roles/owner'];

export const imagePullers = onCluster(
  {
    id: 'image-pullers',
    title: 'GKE: the nodes can pull the images',
    after: ['repository', 'cluster'],
  },
  async (context, { nodeAccounts }) => {
    const { api, options } = context;
    const { projectId, region } = options;
    const answer = await api.get(
      'artifactregistry',
      `${repositoryPath(options)}:getIamPolicy?options.requestedPolicyVersion=3`,
    );
    const pullers = [
      ...membersOf(parsePolicy(answer), PROJECT_PULLERS),
      ...membersOf(await readProjectPolicy(context), PROJECT_PULLERS),
    ];
    return [...new Set(nodeAccounts)]
      .map((account) => `serviceAccount:${account}`)
      .filter((member) => !pullers.includes(member))
      .map((member) => ({
        text: `${member}, which the nodes run as, has no permission to pull from ${REPOSITORY}`,
        fix: `gcloud artifacts repositories add-iam-policy-binding ${REPOSITORY} --project ${projectId} --location ${region} --member ${member} --role ${READER}`,
      }));
  },
);

export const podTraceWriters = onCluster(
  {
    id: 'pod-trace-writers',
    title: 'GKE: the pods of each program can write traces',
    after: ['services', 'cluster'],
  },
  async (context) => {
    const { projectId } = context.options;
    const policy = await readProjectPolicy(context);
    const findings: Finding[] = [];
    for (const [name, { env }] of context.services) {
      const member = await podMember(context, name);
      for (const roles of traceRolesFor(env)) {
        if (membersOf(policy, roles).includes(member)) continue;
        findings.push({
          text: `${member} has none of ${roles.join(', ')}`,
          fix: grantCommand(projectId, `'${member}'`, roles[0]),
        });
      }
    }
    return findings;
  },
);

export const podWorksReaders = onCluster(
  {
    id: 'pod-works-readers',
    title: 'GKE: the pods of server can read the works',
    after: ['services', 'cluster'],
  },
  async (context) =>
    worksSourceOf(context).access === 'public'
      ? { skipped: PUBLIC_WORKS }
      : findWorksReader(context, await podMember(context, 'server')),
);

const projectSchema = z.object({ name: z.string() });

/**
 * Who the pods of a program are for IAM: the Google service account that they act as
 * (terraform's workload_identity=service_account), else their Kubernetes account itself.
 */
async function podMember(context: Context, name: ServiceName): Promise<string> {
  const { api, options, services } = context;
  const { projectId } = options;
  const account = services.get(name)?.serviceAccount ?? '';
  const path = `/v1/projects/${projectId}/serviceAccounts/${account}:getIamPolicy`;
  const actors = membersOf(parsePolicy(await api.post('iam', path, {})), [
    'roles/iam.workloadIdentityUser',
  ]);
  if (actors.includes(`serviceAccount:${poolOf(projectId)}[${NAMESPACE}/${name}]`)) {
    return `serviceAccount:${account}`;
  }
  // projects/NUMBER
  const answer = await api.get('cloudresourcemanager', `/v3/projects/${projectId}`);
  const { name: project } = projectSchema.parse(answer);
  const pool = `${project}/locations/global/workloadIdentityPools/${poolOf(projectId)}`;
  return `principal://iam.googleapis.com/${pool}/subject/ns/${NAMESPACE}/sa/${name}`;
}
