resource "kubernetes_service_account_v1" "program" {
  metadata {
    name      = var.name
    namespace = var.namespace
    labels    = var.labels
    annotations = var.act_as_google ? {
      "iam.gke.io/gcp-service-account" = basename(var.google_account)
    } : {}
  }
  # No program talks to the Kubernetes API; Workload Identity does not need this token.
  automount_service_account_token = false
}

locals {
  principal = "principal://iam.googleapis.com/projects/${var.project_number}/locations/global/workloadIdentityPools/${var.project_id}.svc.id.goog/subject/ns/${var.namespace}/sa/${var.name}"
}

resource "google_project_iam_member" "program" {
  for_each = toset(var.act_as_google ? [] : var.roles)

  project = var.project_id
  role    = each.value
  member  = local.principal
}

resource "google_storage_bucket_iam_member" "reads_works" {
  count = var.works_bucket == null || var.act_as_google ? 0 : 1

  bucket = var.works_bucket
  role   = "roles/storage.objectViewer"
  member = local.principal
}

resource "google_service_account_iam_member" "acts_as_google" {
  count = var.act_as_google ? 1 : 0

  service_account_id = var.google_account
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${var.namespace}/${var.name}]"
}
