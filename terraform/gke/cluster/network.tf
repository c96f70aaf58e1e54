# A separate network: a project may have no default one, and nothing here needs its open ports.
resource "google_compute_network" "cluster" {
  name                    = "shakesapp"
  auto_create_subnetworks = false

  depends_on = [google_project_service.required]
}

resource "google_compute_subnetwork" "cluster" {
  name          = "shakesapp"
  region        = local.serverless.region
  network       = google_compute_network.cluster.id
  ip_cidr_range = "10.10.0.0/24"
  # The way from nodes without public addresses to Cloud Trace, Cloud Storage and Artifact Registry.
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "10.20.0.0/16"
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = "10.30.0.0/20"
  }
}
