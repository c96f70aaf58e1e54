import type { Row } from './row.ts';

const SERVICE = 'program/service.tf';
const ROLES = 'every account has exactly the roles that it needs';

/** Permissions. */
export const IDENTITY_MUTATIONS: readonly Row[] = [
  [
    'invoker allUsers, for one service',
    'client.tf',
    'google_service_account.loadgen.member',
    '"allUsers"',
    'validation',
  ],
  [
    'invoker allUsers, for all',
    SERVICE,
    '[var.invoker]',
    '["allUsers"]',
    'nothing is open to everybody',
  ],
  [
    'a second invoker',
    SERVICE,
    '[var.invoker]',
    '[var.invoker, "user:me@example.com"]',
    'each edge has exactly one invoker',
  ],
  [
    'the wrong invoker',
    'server.tf',
    'google_service_account.client.member',
    'google_service_account.loadgen.member',
    'each edge has exactly one invoker',
  ],
  ['a basic role', 'build.tf', 'roles/logging.logWriter', 'roles/editor', 'no basic roles'],
  [
    'a service account key',
    'build.tf',
    'resource "google_project_iam_member" "build_logs"',
    'resource "google_service_account_key" "build" {\n  service_account_id = google_service_account.build.name\n}\n\nresource "google_project_iam_member" "build_logs"',
    'no service account keys',
  ],
  [
    'an account shared by two programs',
    'server.tf',
    'google_service_account.server.email',
    'google_service_account.client.email',
    'one service account for each program',
  ],
  [
    'an authoritative project role',
    'build.tf',
    'resource "google_project_iam_member" "build_logs" {\n  project = var.project_id\n  role    = "roles/logging.logWriter"\n  member  = google_service_account.build.member',
    'resource "google_project_iam_binding" "build_logs" {\n  project = var.project_id\n  role    = "roles/logging.logWriter"\n  members = [google_service_account.build.member]',
    'no authoritative project roles',
  ],
  [
    'no permission to write traces',
    'gke/workloads/program/identity.tf',
    'var.act_as_google ? [] : var.roles',
    '[]',
    ROLES,
  ],
  [
    'a build that cannot read its sources',
    'build.tf',
    'roles/storage.objectViewer',
    'roles/storage.objectCreator',
    ROLES,
  ],
  [
    'a build that cannot push',
    'artifact-registry.tf',
    'roles/artifactregistry.writer',
    'roles/artifactregistry.reader',
    ROLES,
  ],
  [
    'nodes that may push images',
    'gke/cluster/nodes.tf',
    'roles/artifactregistry.reader',
    'roles/artifactregistry.writer',
    ROLES,
  ],
  [
    'works that no program may read',
    'server.tf',
    'var.works_access == "iam" ? 1 : 0',
    '0',
    ROLES,
    { works_access: 'iam' },
  ],
  [
    'works that no pod may read',
    'gke/workloads/program/identity.tf',
    'var.works_bucket == null || var.act_as_google ? 0 : 1',
    '0',
    ROLES,
    { works_access: 'iam' },
  ],
  [
    'pods that may impersonate and not act',
    'gke/workloads/program/identity.tf',
    'roles/iam.workloadIdentityUser',
    'roles/iam.serviceAccountUser',
    'test',
  ],
];
