output "what_next" {
  description = "The commands to run next. Its name makes terraform print it last."
  value = local.deployed ? join("\n", [
    "Deployed. The schedule '${var.schedule}' (UTC) starts each run. To look at one:",
    "  npx shakesapp doctor --preflight --project ${var.project_id} --region ${var.region} --tag ${var.image_tag}",
    "  npx shakesapp load run --wait --project ${var.project_id} --region ${var.region} --job ${google_cloud_scheduler_job.load[0].name}",
    "To put the same images on GKE:",
    "  terraform -chdir=terraform/gke/cluster init${local.backend_args}",
    "  terraform -chdir=terraform/gke/cluster apply${local.state_args}",
    "To deploy a change:",
    "  ${local.build_command}",
    "  ${local.apply_command}",
    ]) : join("\n", [
    "Ready to build. From the repository's root:",
    "  ${local.build_command}",
    "  ${local.apply_command}",
  ])
}

output "build_command" {
  description = "Builds and pushes the three images."
  value       = local.build_command
}

locals {
  build_command = join(" ", [
    "gcloud builds submit",
    "--project ${var.project_id}",
    "--region ${var.region}",
    "--config cloudbuild.yaml",
    "--service-account ${google_service_account.build.id}",
    "--gcs-source-staging-dir ${google_storage_bucket.build.url}/source",
    "--substitutions _REGION=${var.region},_REPOSITORY=${google_artifact_registry_repository.images.repository_id},_TAG=${local.tag_to_build}",
    ".",
  ])
  apply_command = "terraform -chdir=terraform apply ${join(" ", concat(local.given_args, ["-var image_tag=${local.tag_to_build}"]))}"
  tag_to_build  = coalesce(var.image_tag, "v1")

  backend_args = var.state_bucket == null ? "" : " -backend-config=bucket=${var.state_bucket} -backend-config=prefix=shakesapp/gke-cluster"
  state_args   = var.state_bucket == null ? "" : " -var state_bucket=${var.state_bucket}"

  # Every variable except image_tag, with its default. The next apply needs each value again, unless
  # terraform.tfvars has it.
  given = [for setting in [
    ["project_id", var.project_id, null],
    ["region", var.region, "us-central1"],
    ["state_bucket", var.state_bucket, null],
    ["requests_per_run", var.requests_per_run, 10],
    ["interval_ms", var.interval_ms, 2000],
    ["schedule", var.schedule, "* * * * *"],
    ["loadgen_timeout_seconds", var.loadgen_timeout_seconds, 180],
    ["attempt_deadline_seconds", var.attempt_deadline_seconds, 210],
    ["works_bucket", var.works_bucket, "dataflow-samples"],
    ["works_prefix", var.works_prefix, "shakespeare/"],
    ["works_access", var.works_access, "public"],
    ["works_cache", var.works_cache, "keep"],
    ["known_queries", local.known_queries, null],
    ["traces_exporter", var.traces_exporter, "gcp_trace"],
    ["otlp_endpoint", var.otlp_endpoint, null],
    ["propagators", var.propagators, "gcp_trace,tracecontext,b3"],
    ["cpu", var.cpu, 1],
    ["memory", var.memory, "512Mi"],
    ["concurrency", var.concurrency, 80],
    ["max_instances", var.max_instances, 3],
    ["request_based_billing", var.request_based_billing, false],
  ] : "${setting[0]}=${setting[1]}" if setting[1] != setting[2]]

  # In quotes where a shell would interpret a character.
  given_args = [for setting in local.given : join(" ", ["-var",
    can(regex("^[A-Za-z0-9_=.,:/-]+$", setting)) ? setting : "'${replace(setting, "'", "'\\''")}'",
  ])]
}

output "project_id" {
  description = "Project of the deployment; `npx shakesapp load` and `doctor` read it."
  value       = var.project_id
}

output "region" {
  description = "Region of the deployment; `npx shakesapp load` and `doctor` read it."
  value       = var.region
}

output "scheduler_job" {
  description = "Name of the Cloud Scheduler job; `npx shakesapp load` reads it."
  value       = one(google_cloud_scheduler_job.load[*].name)
}

output "services" {
  description = "URL of each Cloud Run service."
  value       = { for name, service in local.services : name => service.uri }
}

output "images" {
  description = "Deployed digest of each image."
  value       = local.images
}

# All that terraform/gke reads of this root.
output "overlay" {
  description = "What the GKE overlay deploys: the same images, environment, load and sizes."
  value = {
    project_id        = var.project_id
    region            = var.region
    repository        = google_artifact_registry_repository.images.repository_id
    labels            = local.labels
    deployment_labels = local.deployment_labels
    image_tag         = var.image_tag
    images            = local.images
    ports             = local.ports
    service_accounts = {
      loadgen = google_service_account.loadgen.name
      client  = google_service_account.client.name
      server  = google_service_account.server.name
    }
    environment              = local.environment
    resource_attributes      = local.resource_attributes
    trace_roles              = local.trace_roles
    otlp_elsewhere           = local.otlp_host_is_google ? null : var.otlp_endpoint
    works_bucket             = var.works_access == "iam" ? var.works_bucket : null
    cpu                      = var.cpu
    memory                   = var.memory
    schedule                 = var.schedule
    load_body                = local.load_body
    attempt_deadline_seconds = var.attempt_deadline_seconds
  }
}

locals {
  services = merge(
    { for service in module.loadgen : "loadgen" => service },
    { for service in module.client : "client" => service },
    { for service in module.server : "server" => service },
  )
  images = { for name, image in data.google_artifact_registry_docker_image.program : name => image.self_link }
}
