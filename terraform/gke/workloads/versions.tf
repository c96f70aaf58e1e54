terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 3.2"
    }
  }
}

provider "google" {
  project = local.serverless.project_id
  region  = local.serverless.region
}

data "google_client_config" "current" {}

# Read and not made here: a provider that is configured from a resource of its own state cannot plan
# before that resource exists, and loses its address while it is replaced.
data "google_container_cluster" "target" {
  name     = local.cluster.name
  location = local.cluster.zone
}

provider "kubernetes" {
  host                   = "https://${data.google_container_cluster.target.endpoint}"
  token                  = data.google_client_config.current.access_token
  cluster_ca_certificate = base64decode(data.google_container_cluster.target.master_auth[0].cluster_ca_certificate)
  # Written by GKE's own controllers; a second plan would want to take them away.
  ignore_annotations = ["^cloud\\.google\\.com/.*"]
}
