import type { Resource } from './plan.ts';
import type { Policy } from './policies.ts';

const EVERYBODY = ['allUsers', 'allAuthenticatedUsers'];
const BASIC_ROLES = ['roles/owner', 'roles/editor', 'roles/viewer'];

/** caller → called: the only calls that are allowed. */
export const EDGES = [
  ['scheduler', 'loadgen'],
  ['loadgen', 'client'],
  ['client', 'server'],
] as const;

const isIam = ({ type }: Resource) => /_iam_(member|binding|policy)$/.test(type);

function membersOf({ values }: Resource): readonly string[] {
  return values.members ?? [values.member];
}

export const IDENTITY_POLICIES: Readonly<Record<string, Policy>> = {
  'nothing is open to everybody': (resources) =>
    resources
      .filter(isIam)
      .filter((resource) => membersOf(resource).some((member) => EVERYBODY.includes(member)))
      .map(({ address }) => `${address} grants to everybody`),

  'no basic roles': (resources) =>
    resources
      .filter((resource) => isIam(resource) && BASIC_ROLES.includes(resource.values.role))
      .map(({ address, values }) => `${address} grants ${values.role}`),

  'no service account keys': (resources) =>
    resources
      .filter(({ type }) => type === 'google_service_account_key')
      .map(({ address }) => `${address} is a key`),

  'no authoritative project roles': (resources) =>
    resources
      .filter(({ type }) => /^google_project_iam_(binding|policy)$/.test(type))
      .map(({ address }) => `${address} would take a role away from everybody else`),

  'one service account for each program': (resources) => {
    const services = resources.filter(({ type }) => type === 'google_cloud_run_v2_service');
    const deployments = resources.filter(({ type }) => type === 'kubernetes_deployment_v1');
    const findings = [
      ...services.map(({ address, values }) => [
        address,
        values.template[0].service_account,
        `shakesapp-${values.name}@`,
      ]),
      ...deployments.map(({ address, values }) => [
        address,
        values.spec[0].template[0].spec[0].service_account_name,
        values.metadata[0].name,
      ]),
    ];
    return findings
      .filter(([, account, own]) => !account?.startsWith(own))
      .map(([address, account]) => `${address} runs as ${account || 'the default account'}`);
  },

  'each edge has exactly one invoker': (resources) => {
    const invokers = resources.filter(
      (resource) => isIam(resource) && resource.values.role === 'roles/run.invoker',
    );
    const wrong = EDGES.flatMap(([caller, called]) => {
      const members = invokers
        .filter(({ values }) => values.name === called)
        .flatMap((resource) => membersOf(resource));
      const isRight =
        members.length === 1 && members[0]?.startsWith(`serviceAccount:shakesapp-${caller}@`);
      return isRight ? [] : [`${called} may be called by ${members.join(', ') || 'nobody'}`];
    });
    const others = invokers
      .filter(({ values }) => !EDGES.some(([, called]) => called === values.name))
      .map(({ address }) => `${address} invokes something else`);
    return [...wrong, ...others];
  },
};
