module "loadgen" {
  source = "./program"
  count  = local.deployed ? 1 : 0

  name            = "loadgen"
  region          = var.region
  image           = data.google_artifact_registry_docker_image.program["loadgen"].self_link
  service_account = google_service_account.loadgen.email
  invoker         = google_service_account.scheduler.member
  # Cloud Scheduler counts as internal, and no other caller starts load.
  ingress          = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  port             = local.ports.loadgen
  timeout_seconds  = var.loadgen_timeout_seconds
  environment      = merge(local.environment.loadgen, local.cloud_run_environment, { CLIENT_ADDR = module.client[0].uri })
  resource         = merge(local.resource_attributes.loadgen, local.cloud_run_resource)
  labels           = local.deployment_labels
  cpu              = var.cpu
  memory           = var.memory
  concurrency      = var.concurrency
  max_instances    = var.max_instances
  cpu_only_on_call = var.request_based_billing

  depends_on = [google_project_iam_member.loadgen_traces]
}

resource "google_service_account" "loadgen" {
  account_id   = "shakesapp-loadgen"
  display_name = "Shakesapp: loadgen"

  depends_on = [google_project_service.required]
}

resource "google_project_iam_member" "loadgen_traces" {
  for_each = local.trace_roles

  project = var.project_id
  role    = each.value
  member  = google_service_account.loadgen.member
}
