module "server" {
  source = "./program"
  count  = local.deployed ? 1 : 0

  name             = "server"
  region           = var.region
  image            = data.google_artifact_registry_docker_image.program["server"].self_link
  service_account  = google_service_account.server.email
  invoker          = google_service_account.client.member
  port             = local.ports.server
  grpc             = true
  timeout_seconds  = 60
  environment      = merge(local.environment.server, local.cloud_run_environment)
  resource         = merge(local.resource_attributes.server, local.cloud_run_resource)
  labels           = local.deployment_labels
  cpu              = var.cpu
  memory           = var.memory
  concurrency      = var.concurrency
  max_instances    = var.max_instances
  cpu_only_on_call = var.request_based_billing

  depends_on = [google_project_iam_member.server_traces, google_storage_bucket_iam_member.server_reads_works]
}

resource "google_service_account" "server" {
  account_id   = "shakesapp-server"
  display_name = "Shakesapp: server"

  depends_on = [google_project_service.required]
}

resource "google_project_iam_member" "server_traces" {
  for_each = local.trace_roles

  project = var.project_id
  role    = each.value
  member  = google_service_account.server.member
}

resource "google_storage_bucket_iam_member" "server_reads_works" {
  count = var.works_access == "iam" ? 1 : 0

  bucket = var.works_bucket
  role   = "roles/storage.objectViewer"
  member = google_service_account.server.member
}
