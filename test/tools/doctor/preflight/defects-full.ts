import type { Defect } from './defects.ts';
import { accountOf, type FakeCluster, type Project, podOf } from './fake-google.ts';

const without = (project: Project, role: string, member: string) => {
  for (const binding of [...project.bindings, ...(project.bucketBindings ?? [])]) {
    if (binding.role !== role) continue;
    binding.members = binding.members.filter((one) => one !== member);
  }
};

const spoilCluster = (spoil: (cluster: FakeCluster) => void) => (project: Project) => {
  for (const cluster of project.clusters) spoil(cluster);
};

const CLUSTER = 'otel-trace-codelab';
const PLACE = '--location us-central1-f --project my-project';
const server = `serviceAccount:${accountOf('server')}`;
const client = `serviceAccount:${accountOf('client')}`;

/** Of a project with the overlay, its own works and both exporters. */
export const FULL_DEFECTS: readonly Defect[] = [
  {
    title: 'an exporter whose API is not enabled',
    spoil: (project) => {
      project.apis = project.apis.filter((name) => name !== 'telemetry.googleapis.com');
    },
    check: 'exporter-api',
    text: /^telemetry\.googleapis\.com is not enabled, and loadgen, client, server send to it$/,
    fix: 'gcloud services enable telemetry.googleapis.com --project my-project',
  },
  {
    title: 'an exporter whose role is another one',
    spoil: (project) => without(project, 'roles/telemetry.tracesWriter', client),
    check: 'trace-writers',
    text: /\(client\) has none of roles\/telemetry\.tracesWriter/,
    fix: `gcloud projects add-iam-policy-binding my-project --condition None --member ${client} --role roles/telemetry.tracesWriter`,
  },
  {
    title: 'an exporter that cannot use the quota of the project',
    spoil: (project) => without(project, 'roles/serviceusage.serviceUsageConsumer', client),
    check: 'trace-writers',
    text: /\(client\) has none of roles\/serviceusage\.serviceUsageConsumer/,
    fix: `gcloud projects add-iam-policy-binding my-project --condition None --member ${client} --role roles/serviceusage.serviceUsageConsumer`,
  },
  {
    title: 'a server that cannot read the works',
    spoil: (project) => without(project, 'roles/storage.objectViewer', server),
    check: 'works-readers',
    text: /^serviceAccount:shakesapp-server@\S+ lacks storage\.objects\.get and storage\.objects\.list on gs:\/\/texts/,
    fix: `gcloud storage buckets add-iam-policy-binding gs://texts --member '${server}' --role roles/storage.objectViewer`,
  },
  {
    title: 'a server that can read the works under a condition only',
    spoil: (project) => {
      without(project, 'roles/storage.objectViewer', server);
      const role = 'roles/storage.objectViewer';
      const condition = { expression: 'false' };
      project.bucketBindings?.push({ role, members: [server], condition });
    },
    check: 'works-readers',
    text: /lacks .* with conditions were not checked/,
    fix: `gcloud storage buckets add-iam-policy-binding gs://texts --member '${server}' --role roles/storage.objectViewer`,
  },
  {
    title: 'a cluster that does not run',
    spoil: spoilCluster((cluster) => {
      cluster.status = 'ERROR';
      cluster.statusMessage = 'no quota for e2';
    }),
    check: 'cluster',
    text: /^otel-trace-codelab is ERROR: no quota for e2$/,
    fix: `gcloud container clusters describe ${CLUSTER} ${PLACE} --format 'yaml(status,conditions)'`,
  },
  {
    title: 'a cluster without identities for its pods',
    spoil: spoilCluster((cluster) => {
      cluster.workloadIdentityConfig = {};
    }),
    check: 'cluster',
    text: /gives its pods no identities from my-project\.svc\.id\.goog$/,
    fix: `gcloud container clusters update ${CLUSTER} ${PLACE} --workload-pool my-project.svc.id.goog`,
  },
  {
    title: 'nodes whose pods reach the metadata of the node',
    spoil: spoilCluster((cluster) => {
      for (const { config } of cluster.nodePools)
        config.workloadMetadataConfig.mode = 'GCE_METADATA';
    }),
    check: 'cluster',
    text: /^pods on the nodes of default-pool reach the metadata server of the node, not that of GKE/,
    fix: `gcloud container node-pools update default-pool --cluster ${CLUSTER} ${PLACE} --workload-metadata GKE_METADATA`,
  },
  {
    title: 'nodes that cannot pull the images',
    spoil: (project) => {
      project.pullers = [];
    },
    check: 'image-pullers',
    text: /^serviceAccount:shakesapp-nodes@\S+, which the nodes run as, has no permission to pull from trace-codelab$/,
    fix: `gcloud artifacts repositories add-iam-policy-binding trace-codelab --project my-project --location us-central1 --member serviceAccount:${accountOf('nodes')} --role roles/artifactregistry.reader`,
  },
  {
    title: 'pods that cannot write traces',
    spoil: (project) => without(project, 'roles/cloudtrace.agent', podOf('client')),
    check: 'pod-trace-writers',
    text: /\/ns\/shakesapp\/sa\/client has none of roles\/cloudtrace\.agent/,
    fix: `gcloud projects add-iam-policy-binding my-project --condition None --member '${podOf('client')}' --role roles/cloudtrace.agent`,
  },
  {
    title: 'pods that cannot read the works',
    spoil: (project) => without(project, 'roles/storage.objectViewer', podOf('server')),
    check: 'pod-works-readers',
    text: /\/ns\/shakesapp\/sa\/server lacks storage\.objects\.get and storage\.objects\.list/,
    fix: `gcloud storage buckets add-iam-policy-binding gs://texts --member '${podOf('server')}' --role roles/storage.objectViewer`,
  },
];
