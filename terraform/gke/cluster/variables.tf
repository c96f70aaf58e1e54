variable "zone" {
  type        = string
  default     = null
  description = "Zone of the cluster, in the region of the images. Default: us-central1-f, as in the codelab, or zone b of another region."

  validation {
    condition     = var.zone == null || can(regex("^${local.serverless.region}-[a-z]$", coalesce(var.zone, "none")))
    error_message = "Must be a zone of ${local.serverless.region}, where terraform/ put the images, such as ${local.serverless.region}-b."
  }
}

locals {
  # Every region has a zone b; several have no a, and few an f.
  zone = coalesce(var.zone, local.serverless.region == "us-central1" ? "us-central1-f" : "${local.serverless.region}-b")
}

variable "state_bucket" {
  type        = string
  default     = null
  description = "Bucket that keeps the state of terraform/, under the prefix shakesapp/serverless. Default: the file terraform/terraform.tfstate."

  validation {
    condition     = var.state_bucket == null || can(regex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", coalesce(var.state_bucket, "abc")))
    error_message = "Must be the name of a bucket, without gs://."
  }
}
