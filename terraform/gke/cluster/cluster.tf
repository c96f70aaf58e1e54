# The codelab's target: one zone and one node, which also limits the cost.
resource "google_container_cluster" "target" {
  name            = "otel-trace-codelab"
  location        = local.zone
  network         = google_compute_network.cluster.id
  subnetwork      = google_compute_subnetwork.cluster.id
  networking_mode = "VPC_NATIVE"
  # Dataplane V2: it enforces network policies.
  datapath_provider = "ADVANCED_DATAPATH"
  resource_labels   = local.serverless.labels
  # You can tear a sample down.
  deletion_protection = false
  initial_node_count  = 1

  release_channel {
    channel = "REGULAR"
  }

  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = false
  }

  # Pods get identities without keys.
  workload_identity_config {
    workload_pool = "${local.serverless.project_id}.svc.id.goog"
  }

  # Part of the cluster, not a separate pool: the cluster is ready minutes earlier, and a sample's node
  # type does not change.
  node_config {
    machine_type    = local.node.machine_type
    disk_type       = "pd-standard"
    disk_size_gb    = 30
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    resource_labels = local.serverless.labels

    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }

  logging_config {
    enable_components = ["SYSTEM_COMPONENTS", "WORKLOADS"]
  }

  # Managed Prometheus would take CPU from the one node, and be billed.
  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS"]
    managed_prometheus {
      enabled = false
    }
  }

  depends_on = [
    google_project_iam_member.nodes,
    google_artifact_registry_repository_iam_member.nodes_pull,
  ]
}
