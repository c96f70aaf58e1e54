variable "state_bucket" {
  type        = string
  default     = null
  description = "Bucket that keeps the states of terraform/ and terraform/gke/cluster, under the prefixes shakesapp/serverless and shakesapp/gke-cluster. Without it: their terraform.tfstate files."
}

variable "workload_identity" {
  type        = string
  default     = "direct"
  description = "direct: each program's Kubernetes account is granted its roles itself. service_account: it acts as the program's Google service account, for services that do not know such principals."

  validation {
    condition     = contains(["direct", "service_account"], var.workload_identity)
    error_message = "direct or service_account."
  }
}

variable "replicas" {
  type        = number
  default     = 1
  description = "Pods of client and of server. The one node holds two of each."

  validation {
    condition     = contains([1, 2], var.replicas)
    error_message = "1 or 2."
  }
}
