# Cloud Build runs as this account: new projects no longer let the default account build.
resource "google_service_account" "build" {
  account_id   = "shakesapp-build"
  display_name = "Shakesapp: Cloud Build"

  depends_on = [google_project_service.required]
}

resource "google_project_iam_member" "build_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Takes the source archive that `gcloud builds submit` uploads.
resource "google_storage_bucket" "build" {
  name                        = "${var.project_id}-shakesapp-build"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # The archives are copies of the sources, so they go with the bucket and are not kept for a week.
  force_destroy = true
  labels        = local.labels

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle_rule {
    condition {
      age = 7
    }
    action {
      type = "Delete"
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_storage_bucket_iam_member" "build_reads" {
  bucket = google_storage_bucket.build.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}
