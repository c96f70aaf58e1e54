locals {
  node = {
    machine_type = "e2-highcpu-4"

    # What the programs' pods may reserve together, of 4 vCPU and 4 GiB:
    #
    #                     CPU                          memory
    #   the machine       4000 m                       4096 MiB, of which the kernel shows about 3890
    #   GKE keeps back    60 + 10 + 2 × 5 = 80 m       25 % of 4 GiB = 1024 MiB, and 100 MiB to evict in time
    #   allocatable       3920 m                       about 2765 MiB
    #   kube-system asks  about 1000 m                 about 1024 MiB
    #   left              2920 m                       1740 MiB
    #
    # https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes; what kube-system asks
    # for grows with GKE's versions, and stands in `kubectl describe node`.
    room = { millicpu = 2920, memory_mib = 1740 }
  }
}

# The account of the nodes. The programs have other identities.
resource "google_service_account" "nodes" {
  account_id   = "shakesapp-nodes"
  display_name = "Shakesapp: GKE nodes"
}

resource "google_project_iam_member" "nodes" {
  project = local.serverless.project_id
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.nodes.member
}

resource "google_artifact_registry_repository_iam_member" "nodes_pull" {
  repository = local.serverless.repository
  location   = local.serverless.region
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.nodes.member
}
