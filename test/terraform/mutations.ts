import { CLOUD_RUN_MUTATIONS } from './mutations/cloud-run.ts';
import { ENVIRONMENT_MUTATIONS } from './mutations/environment.ts';
import { GKE_MUTATIONS } from './mutations/gke.ts';
import { IDENTITY_MUTATIONS } from './mutations/identity.ts';
import { NETWORK_MUTATIONS } from './mutations/network.ts';
import { OUTPUTS_MUTATIONS } from './mutations/outputs.ts';
import { SCHEMA_MUTATIONS } from './mutations/schema.ts';
import { UNSET_MUTATIONS } from './mutations/unset.ts';
import type { RootName, Variables } from './roots.ts';

/**
 * A possible mistake, as an edit of one file under terraform/, and what must notice
 * it: 'schema' (terraform validate), 'validation' (of a variable), 'provider' (its own checks),
 * 'plan', 'second plan', 'drift' (of what a person may change), 'check', 'environment' (the programs'
 * own schemas), 'printed commands', 'test' (the root's own), or a policy by its title. Deployed with other than the default
 * variables where the mistake shows only then.
 */
export type Mutation = Readonly<{
  title: string;
  root: RootName;
  file: string;
  find: string;
  replace: string;
  caughtBy: string;
  variables: Variables;
}>;

const ROWS = [
  ...SCHEMA_MUTATIONS,
  ...IDENTITY_MUTATIONS,
  ...CLOUD_RUN_MUTATIONS,
  ...ENVIRONMENT_MUTATIONS,
  ...OUTPUTS_MUTATIONS,
  ...GKE_MUTATIONS,
  ...NETWORK_MUTATIONS,
  ...UNSET_MUTATIONS,
];

export const MUTATIONS: readonly Mutation[] = ROWS.map(
  ([title, file, find, replace, caughtBy, variables = {}]) => ({
    title,
    root: file.startsWith('gke/cluster')
      ? 'cluster'
      : file.startsWith('gke/')
        ? 'workloads'
        : 'serverless',
    file,
    find,
    replace,
    caughtBy,
    variables,
  }),
);
