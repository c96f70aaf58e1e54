variable "state_bucket" {
  type        = string
  default     = null
  description = "Bucket that keeps the states of terraform/ and terraform/gke/cluster, under the prefixes shakesapp/serverless and shakesapp/gke-cluster. Default: their terraform.tfstate files."

  validation {
    condition     = var.state_bucket == null || can(regex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", coalesce(var.state_bucket, "abc")))
    error_message = "Must be the name of a bucket, without gs://."
  }
}

variable "workload_identity" {
  type        = string
  default     = "direct"
  description = "direct: each program's Kubernetes account holds the roles. service_account: it acts as the program's Google service account, for services that do not know Kubernetes principals."

  validation {
    condition     = contains(["direct", "service_account"], var.workload_identity)
    error_message = "Must be direct or service_account."
  }
}

variable "replicas" {
  type        = number
  default     = 1
  description = "Number of pods of client and of server. The node has room for two of each at the default size. loadgen has one, which paces the load."

  validation {
    condition     = contains([1, 2], var.replicas)
    error_message = "Must be 1 or 2."
  }
}
