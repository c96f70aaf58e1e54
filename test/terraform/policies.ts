import { SERVICES } from '../../lib/telemetry/names.ts';
import type { Resource } from './plan.ts';
import { CLOUD_RUN_POLICIES } from './policies-cloud-run.ts';
import { GKE_POLICIES } from './policies-gke.ts';
import { IDENTITY_POLICIES } from './policies-identity.ts';

/** What must hold of a deployment: findings, one sentence each; none where it holds. */
export type Policy = (resources: readonly Resource[]) => readonly string[];

/** Resources that take labels, by the argument that holds them. */
const LABELLED: Readonly<Record<string, string>> = {
  google_artifact_registry_repository: 'labels',
  google_cloud_run_v2_service: 'labels',
  google_container_cluster: 'resource_labels',
  google_storage_bucket: 'labels',
};

export const POLICIES: Readonly<Record<string, Policy>> = {
  ...IDENTITY_POLICIES,
  ...CLOUD_RUN_POLICIES,
  ...GKE_POLICIES,

  'every resource that can be labelled is': (resources) =>
    resources.flatMap(({ address, type, values }) => {
      const argument = LABELLED[type];
      const labels = argument ? values[argument] : values.metadata?.[0]?.labels;
      const can = argument !== undefined || type.startsWith('kubernetes_');
      return can && labels?.app !== 'shakesapp' ? [`${address} has no label app`] : [];
    }),

  'images are deployed by digest': (resources) =>
    imagesOf(resources)
      .filter(([, image]) => !/@sha256:[0-9a-f]{64}$/.test(image))
      .map(([address, image]) => `${address} runs ${image}`),

  'both platforms run the same images': (resources) =>
    SERVICES.flatMap((name) => {
      const digests = imagesOf(resources).filter(([, image]) => image.includes(`/${name}@`));
      return new Set(digests.map(([, image]) => image)).size === 1 ? [] : [`${name} differs`];
    }),

  'a sample can be torn down': (resources) =>
    resources
      .filter(({ values }) => values.deletion_protection === true)
      .map(({ address }) => `${address} is protected from deletion`),
};

/** Address and image of every container. */
function imagesOf(resources: readonly Resource[]): [string, string][] {
  return resources.flatMap(({ address, values }) => {
    const cloudRun = values.template?.[0]?.containers ?? [];
    const pod =
      values.spec?.[0]?.template?.[0]?.spec?.[0] ??
      values.spec?.[0]?.job_template?.[0]?.spec?.[0]?.template?.[0]?.spec?.[0];
    const containers: { image: string }[] = [...cloudRun, ...(pod?.container ?? [])];
    return containers.map(({ image }): [string, string] => [address, image]);
  });
}
