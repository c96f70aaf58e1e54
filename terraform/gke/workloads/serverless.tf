# Images, environment, load and sizes as terraform/ was applied with them: both platforms run the
# same, and nothing is set twice.
data "terraform_remote_state" "serverless" {
  backend = var.state_bucket == null ? "local" : "gcs"
  config = merge(
    var.state_bucket == null ? { path = "../../terraform.tfstate" } : {},
    var.state_bucket == null ? {} : { bucket = var.state_bucket, prefix = "shakesapp/serverless" },
  )

  lifecycle {
    postcondition {
      condition     = self.outputs.overlay.image_tag != null
      error_message = "terraform/ was applied without an image_tag: no image is deployed yet that could be put on GKE."
    }
  }
}

data "terraform_remote_state" "cluster" {
  backend = var.state_bucket == null ? "local" : "gcs"
  config = merge(
    var.state_bucket == null ? { path = "../cluster/terraform.tfstate" } : {},
    var.state_bucket == null ? {} : { bucket = var.state_bucket, prefix = "shakesapp/gke-cluster" },
  )
}

locals {
  serverless = data.terraform_remote_state.serverless.outputs.overlay
  cluster    = data.terraform_remote_state.cluster.outputs.cluster
}

data "google_project" "current" {}
