variable "zone" {
  type        = string
  default     = "us-central1-f"
  description = "Zone of the cluster; the codelab's by default. It must lie in the region of the images."

  validation {
    condition     = startswith(var.zone, "${local.serverless.region}-")
    error_message = "The zone must lie in the region of the Cloud Run root."
  }
}

variable "state_bucket" {
  type        = string
  default     = null
  description = "Bucket that keeps the state of terraform/, under the prefix shakesapp/serverless. Without it: the file terraform/terraform.tfstate."
}
