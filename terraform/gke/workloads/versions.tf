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

# Read, not created: a provider that is configured from a resource of the same state cannot plan before
# that resource exists, and loses its address while terraform replaces it.
data "google_container_cluster" "target" {
  name     = local.cluster.name
  location = local.cluster.zone
}

provider "kubernetes" {
  host                   = "https://${data.google_container_cluster.target.endpoint}"
  token                  = data.google_client_config.current.access_token
  cluster_ca_certificate = base64decode(data.google_container_cluster.target.master_auth[0].cluster_ca_certificate)
  # GKE's controllers write them, and a second plan would remove them.
  ignore_annotations = ["^cloud\\.google\\.com/.*"]
}
