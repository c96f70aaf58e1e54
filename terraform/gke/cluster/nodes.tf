# What the nodes themselves run as; the programs have identities of their own.
resource "google_service_account" "nodes" {
  account_id   = "shakesapp-nodes"
  display_name = "Shakesapp: GKE nodes"
}

resource "google_project_iam_member" "nodes" {
  project = local.serverless.project_id
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.nodes.member
}

resource "google_artifact_registry_repository_iam_member" "nodes_pull" {
  repository = local.serverless.repository
  location   = local.serverless.region
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.nodes.member
}
