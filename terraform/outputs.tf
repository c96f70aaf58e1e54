output "what_next" {
  description = "The commands to run next. Named so that it is printed last."
  value = local.deployed ? join("\n", [
    "Deployed. A run starts by the schedule '${var.schedule}' (UTC). To see what it did:",
    "  npm run doctor -- --preflight --project ${var.project_id} --region ${var.region}",
    "  npm run load -- run --wait --project ${var.project_id} --region ${var.region} --job ${google_cloud_scheduler_job.load[0].name}",
    "To put the same images on GKE:",
    "  terraform -chdir=terraform/gke/cluster init",
    "  terraform -chdir=terraform/gke/cluster apply",
    ]) : join("\n", [
    "Ready to build. From the repository's root:",
    "  ${local.build_command}",
    "  terraform -chdir=terraform apply -var project_id=${var.project_id} -var image_tag=v1",
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
    "--substitutions _REGION=${var.region},_REPOSITORY=${google_artifact_registry_repository.images.repository_id},_TAG=${coalesce(var.image_tag, "v1")}",
    ".",
  ])
}

output "project_id" {
  description = "Project of the deployment; read by `npm run load` and `npm run doctor`."
  value       = var.project_id
}

output "region" {
  description = "Region of the deployment; read by `npm run load` and `npm run doctor`."
  value       = var.region
}

output "scheduler_job" {
  description = "Name of the Cloud Scheduler job; read by `npm run load`."
  value       = one(google_cloud_scheduler_job.load[*].name)
}

output "services" {
  description = "URL of each Cloud Run service."
  value       = { for name, service in local.services : name => service.uri }
}

output "images" {
  description = "Digest that is deployed of each image."
  value       = local.images
}

# The one hand-over to terraform/gke.
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
