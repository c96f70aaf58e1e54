import { SERVICES } from '../../lib/telemetry/names.ts';
import type { Resource, Values } from './plan.ts';
import { ofType, podsOf } from './planned-pods.ts';
import { CLOUD_RUN_POLICIES } from './policies-cloud-run.ts';
import { CONNECTIVITY_POLICIES } from './policies-connectivity.ts';
import { GKE_POLICIES } from './policies-gke.ts';
import { GRANT_POLICIES } from './policies-grants.ts';
import { IDENTITY_POLICIES } from './policies-identity.ts';
import { LIFETIME_POLICIES } from './policies-lifetime.ts';
import { NETWORK_POLICIES } from './policies-network.ts';
import { SIZING_POLICIES } from './policies-sizing.ts';
import { WAITING_POLICIES } from './policies-waiting.ts';

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
  ...GRANT_POLICIES,
  ...CLOUD_RUN_POLICIES,
  ...GKE_POLICIES,
  ...NETWORK_POLICIES,
  ...CONNECTIVITY_POLICIES,
  ...SIZING_POLICIES,
  ...LIFETIME_POLICIES,
  ...WAITING_POLICIES,

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

  'every container says its project, image tag and size, in its environment and labels': (
    resources,
  ) =>
    containersOf(resources).flatMap(({ address, env, labels, limits }) => {
      const attributes = (env.OTEL_RESOURCE_ATTRIBUTES ?? '').split(',');
      const lacking = [
        env.GOOGLE_CLOUD_PROJECT ? '' : 'GOOGLE_CLOUD_PROJECT',
        attributes.some((pair) => /^service\.version=./.test(pair)) ? '' : 'service.version',
        ...(['cpu', 'memory'] as const).flatMap((size) => [
          attributes.includes(`shakesapp.config.${size}=${limits[size]}`)
            ? ''
            : `${size} attribute`,
          labels[size] === limits[size]?.toLowerCase() ? '' : `label ${size}`,
        ]),
        labels.version ? '' : 'label version',
      ].filter((what) => what !== '');
      return lacking.length === 0 ? [] : [`${address} lacks ${lacking.join(', ')}`];
    }),
};

const imagesOf = (resources: readonly Resource[]) =>
  containersOf(resources).map(({ address, image }) => [address, image] as const);

type PlannedContainer = Readonly<{
  address: string;
  image: string;
  env: Readonly<Record<string, string>>;
  /** Of the pod, or of the revision. */
  labels: Readonly<Record<string, string>>;
  limits: Readonly<Record<string, string>>;
}>;

function containersOf(resources: readonly Resource[]): readonly PlannedContainer[] {
  const revisions = ofType(resources, 'google_cloud_run_v2_service').map(({ address, values }) => ({
    address,
    labels: values.template[0].labels,
    containers: values.template[0].containers,
  }));
  const pods = podsOf(resources).map(({ address, labels, pod }) => ({
    address,
    labels,
    containers: pod.container,
  }));
  return [...revisions, ...pods].flatMap(({ address, labels, containers }) =>
    containers.map(({ image, env, resources: [{ limits }] }: Values) => ({
      address,
      image,
      labels,
      limits,
      env: Object.fromEntries(env.map(({ name, value }: Values) => [name, value ?? ''])),
    })),
  );
}
