# Images, environment, load and sizes of the last apply of terraform/. Both platforms run the same,
# and you set nothing twice.
data "terraform_remote_state" "serverless" {
  backend = var.state_bucket == null ? "local" : "gcs"
  config = merge(
    var.state_bucket == null ? { path = "../../terraform.tfstate" } : {},
    var.state_bucket == null ? {} : { bucket = var.state_bucket, prefix = "shakesapp/serverless" },
  )

  lifecycle {
    postcondition {
      condition     = self.outputs.overlay.image_tag != null
      error_message = "terraform/ was applied without an image_tag, so there is no deployed image for GKE yet. Apply terraform/ with an image_tag first."
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
