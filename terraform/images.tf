# Deployed by digest: a tag that was pushed again is a change; any other tag is not.
data "google_artifact_registry_docker_image" "program" {
  for_each = local.deployed ? local.ports : {}

  repository_id = google_artifact_registry_repository.images.repository_id
  location      = var.region
  image_name    = "${each.key}:${var.image_tag}"
}
