variable "name" {
  type        = string
  description = "Name of the program and of its service."
}

variable "region" {
  type        = string
  description = "Region of the service."
}

variable "image" {
  type        = string
  description = "Image to run, by digest."

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Must be an image by digest, NAME@sha256:…: a tag that is pushed again rolls out nothing."
  }
}

variable "service_account" {
  type        = string
  description = "E-mail address of the account that the program runs as."
}

variable "invoker" {
  type        = string
  description = "The one account that may call the service, as serviceAccount:EMAIL."

  validation {
    condition     = startswith(var.invoker, "serviceAccount:")
    error_message = "Must be one service account, never everybody."
  }
}

variable "ingress" {
  type        = string
  default     = "INGRESS_TRAFFIC_ALL"
  description = "Networks from which the service can be reached. The invoker decides which account may call it."
}

variable "port" {
  type        = number
  description = "Port that the program listens on."
}

variable "grpc" {
  type        = bool
  default     = false
  description = "Whether the program speaks gRPC: HTTP/2 up to the container, and gRPC probes."
}

variable "timeout_seconds" {
  type        = number
  description = "Time limit of one request."
}

variable "environment" {
  type        = map(string)
  description = "Environment of the program, without PORT, which Cloud Run sets."
}

variable "resource" {
  type        = map(string)
  description = "Resource attributes of every span of the program."
}

variable "labels" {
  type        = map(string)
  description = "Labels of the service and its revisions."
}

variable "cpu" {
  type        = number
  description = "vCPUs of an instance."
}

variable "memory" {
  type        = string
  description = "Memory of an instance."
}

variable "concurrency" {
  type        = number
  description = "Requests that one instance answers at once."
}

variable "max_instances" {
  type        = number
  description = "Maximum number of instances of the service."
}

variable "cpu_only_on_call" {
  type        = bool
  description = "Whether the CPU runs only while the service answers a request (request-based billing)."
}
