variable "name" {
  type        = string
  description = "Name of the program and of everything that belongs to it."
}

variable "namespace" {
  type        = string
  description = "Kubernetes namespace."
}

variable "cluster" {
  type        = string
  description = "Name of the cluster, for the spans."
}

variable "project_id" {
  type        = string
  description = "Project of the cluster."
}

variable "project_number" {
  type        = string
  description = "Number of the project, which principals are named by."
}

variable "image" {
  type        = string
  description = "Image to run, by digest."

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "An image by digest: NAME@sha256:…"
  }
}

variable "port" {
  type        = number
  description = "Port that the program listens on."
}

variable "grpc" {
  type        = bool
  description = "Whether it is probed over gRPC."
}

variable "headless" {
  type        = bool
  description = "Whether its Service hands out the pods' own addresses."
}

variable "replicas" {
  type        = number
  description = "Pods."
}

variable "callers" {
  type        = list(string)
  description = "Programs whose pods may connect."
}

variable "environment" {
  type        = map(string)
  description = "Environment of the program, without PORT."
}

variable "resource" {
  type        = map(string)
  description = "Resource attributes of every span of the program."
}

variable "labels" {
  type        = map(string)
  description = "Labels of everything made here."
}

variable "limits" {
  type        = object({ cpu = string, memory = string })
  description = "What a pod may use: vCPUs and memory, as on Cloud Run."
}

variable "requests" {
  type        = object({ cpu = string, memory = string })
  description = "What is reserved for a pod on its node."
}

variable "user_id" {
  type        = number
  description = "User that the image runs as."
}

variable "roles" {
  type        = list(string)
  description = "Project roles that the program needs, to write traces."
}

variable "works_bucket" {
  type        = string
  default     = null
  description = "Bucket that the program must be allowed to read; none where everybody may."
}

variable "google_account" {
  type        = string
  description = "Full name of the program's Google service account, projects/P/serviceAccounts/E."
}

variable "act_as_google" {
  type        = bool
  description = "Whether the pods act as that account, which then holds the roles, instead of being granted them."
}
