import { createHash } from 'node:crypto';
import type { ObjectValue, Value } from './value.ts';

/** What the stand-in answers where the real provider would ask Google. */
export type Answers = Readonly<{
  projectNumber: string;
  /** Tags that were "pushed": any other is not found, as before the first build. */
  imageTags: readonly string[];
  /** Changes with it: every image's digest, as when a tag is pushed again. */
  pushes: number;
}>;

export const DEFAULT_ANSWERS: Answers = {
  projectNumber: '123456789012',
  imageTags: ['v1', 'v2'],
  pushes: 1,
};

/** The provider's own configuration, as far as answers depend on it. */
export type Provider = Readonly<{ project: string; region: string }>;

/** The arguments that are known text. */
type Texts = Readonly<Record<string, string>>;
type Derive = (value: Texts, provider: Provider) => Record<string, Value>;

function textsOf(value: ObjectValue): Texts {
  const texts = Object.entries(value).filter((entry) => typeof entry[1] === 'string');
  return Object.fromEntries(texts) as Texts;
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Attributes that other resources or outputs refer to, shaped like the real service's. */
const DERIVED: Readonly<Record<string, Derive>> = {
  google_service_account: (value, { project }) => {
    const email = `${value.account_id}@${project}.iam.gserviceaccount.com`;
    const name = `projects/${project}/serviceAccounts/${email}`;
    return { email, name, id: name, member: `serviceAccount:${email}` };
  },
  google_cloud_run_v2_service: (value, { project }) => ({
    uri: `https://${value.name}-${hash(`${project}/${value.name}`).slice(0, 10)}-uc.a.run.app`,
    id: `projects/${project}/locations/${value.location}/services/${value.name}`,
  }),
  google_artifact_registry_repository: (value, { project }) => ({
    id: `projects/${project}/locations/${value.location}/repositories/${value.repository_id}`,
    name: value.repository_id ?? null,
  }),
  google_storage_bucket: (value) => ({ url: `gs://${value.name}`, id: value.name ?? null }),
  google_compute_network: (value, { project }) => ({
    id: `projects/${project}/global/networks/${value.name}`,
    self_link: `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/${value.name}`,
  }),
  google_container_cluster: (value, { project }) => ({
    id: `projects/${project}/locations/${value.location}/clusters/${value.name}`,
    endpoint: '203.0.113.10',
  }),
};

/** What the service decides inside of blocks where the user says nothing, by type and argument. */
const DECIDED: Readonly<Record<string, Value>> = {
  'google_cloud_run_v2_service.max_instance_count': 100,
  'google_cloud_run_v2_service.min_instance_count': 0,
  'google_cloud_run_v2_service.manual_instance_count': 0,
};

export const decidedValue = (type: string, name: string): Value | undefined =>
  DECIDED[`${type}.${name}`];

export function deriveResource(
  type: string,
  value: ObjectValue,
  provider: Provider,
): Readonly<Record<string, Value>> {
  const { project, region } = provider;
  return { project, region, ...DERIVED[type]?.(textsOf(value), provider) };
}

/** A data source's computed values, or why it could not be read. */
export function answerDataSource(
  type: string,
  value: ObjectValue,
  provider: Provider,
  answers: Answers,
): Readonly<Record<string, Value>> | { error: string } {
  const config = textsOf(value);
  const { project, region } = provider;
  switch (type) {
    case 'google_project':
      return {
        number: answers.projectNumber,
        project_id: config.project_id ?? project,
        id: `projects/${project}`,
      };
    case 'google_client_config':
      return { access_token: 'a-short-lived-token', project, region, id: `projects/${project}` };
    case 'google_container_cluster':
      return {
        endpoint: '203.0.113.10',
        id: `projects/${project}/locations/${config.location}/clusters/${config.name}`,
        master_auth: [
          {
            client_certificate: '',
            client_certificate_config: [],
            client_key: '',
            cluster_ca_certificate: Buffer.from('a certificate').toString('base64'),
          },
        ],
      };
    case 'google_artifact_registry_docker_image': {
      const [image = '', tag = 'latest'] = (config.image_name ?? '').split(':');
      if (!answers.imageTags.includes(tag)) {
        // The real provider's words: it does not say which image.
        return { error: 'Requested image was not found.' };
      }
      const repository = `${config.location}-docker.pkg.dev/${config.project ?? project}/${config.repository_id}`;
      const digest = hash(`${image}:${tag}:${answers.pushes}`);
      return { self_link: `${repository}/${image}@sha256:${digest}`, tags: [tag] };
    }
  }
  return { error: `the stand-in has no answer for data source ${type}` };
}
