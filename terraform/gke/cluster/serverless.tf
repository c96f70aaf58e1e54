# Project, region, repository and labels as terraform/ was applied with them.
data "terraform_remote_state" "serverless" {
  backend = var.state_bucket == null ? "local" : "gcs"
  config = merge(
    var.state_bucket == null ? { path = "../../terraform.tfstate" } : {},
    var.state_bucket == null ? {} : { bucket = var.state_bucket, prefix = "shakesapp/serverless" },
  )
}

locals {
  serverless = data.terraform_remote_state.serverless.outputs.overlay
}
