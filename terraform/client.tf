module "client" {
  source = "./program"
  count  = local.deployed ? 1 : 0

  name             = "client"
  region           = var.region
  image            = data.google_artifact_registry_docker_image.program["client"].self_link
  service_account  = google_service_account.client.email
  invoker          = google_service_account.loadgen.member
  port             = local.ports.client
  timeout_seconds  = 60
  environment      = merge(local.environment.client, local.cloud_run_environment, { SERVER_ADDR = module.server[0].uri })
  resource         = merge(local.resource_attributes.client, local.cloud_run_resource)
  labels           = local.deployment_labels
  cpu              = var.cpu
  memory           = var.memory
  concurrency      = var.concurrency
  max_instances    = var.max_instances
  cpu_only_on_call = var.request_based_billing

  depends_on = [google_project_iam_member.client_traces]
}

resource "google_service_account" "client" {
  account_id   = "shakesapp-client"
  display_name = "Shakesapp: client"

  depends_on = [google_project_service.required]
}

resource "google_project_iam_member" "client_traces" {
  for_each = local.trace_roles

  project = var.project_id
  role    = each.value
  member  = google_service_account.client.member
}
