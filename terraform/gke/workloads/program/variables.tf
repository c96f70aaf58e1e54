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
  description = "Name of the cluster. It becomes an attribute of the spans."
}

variable "project_id" {
  type        = string
  description = "Project of the cluster."
}

variable "project_number" {
  type        = string
  description = "Number of the project, which is part of the names of principals."
}

variable "image" {
  type        = string
  description = "Image to run, by digest."

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Must be an image by digest: NAME@sha256:…"
  }
}

variable "port" {
  type        = number
  description = "Port that the program listens on."
}

variable "grpc" {
  type        = bool
  description = "Whether Kubernetes probes the program over gRPC."
}

variable "headless" {
  type        = bool
  description = "Whether the Service returns the addresses of the pods."
}

variable "replicas" {
  type        = number
  description = "Number of pods."
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
  description = "Labels of all resources of the module."
}

variable "limits" {
  type        = object({ cpu = string, memory = string })
  description = "Limits of a pod: vCPUs and memory, as on Cloud Run."
}

variable "requests" {
  type        = object({ cpu = string, memory = string })
  description = "What the node reserves for a pod."
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
  description = "Bucket that the program gets permission to read. Null if everybody may read it."
}

variable "google_account" {
  type        = string
  description = "Full name of the program's Google service account, projects/P/serviceAccounts/E."
}

variable "act_as_google" {
  type        = bool
  description = "Whether the pods act as that account, which then holds the roles."
}
