resource "google_artifact_registry_repository" "images" {
  repository_id = "trace-codelab"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of loadgen, client and server"
  labels        = local.labels

  depends_on = [google_project_service.required]
}

resource "google_artifact_registry_repository_iam_member" "build_writes" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
