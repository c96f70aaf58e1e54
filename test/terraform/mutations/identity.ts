import type { Row } from './row.ts';

const SERVICE = 'program/service.tf';

/** Who may do what. */
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
    'every program may write traces, wherever it runs',
  ],
];
