resource "google_artifact_registry_repository" "images" {
  repository_id = "trace-codelab"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of loadgen, client and server"
  labels        = local.labels

  # Every build adds three images. The newest ten of each stay, whatever their age.
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "2592000s"
    }
  }
  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_artifact_registry_repository_iam_member" "build_writes" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
