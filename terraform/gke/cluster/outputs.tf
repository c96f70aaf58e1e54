output "cluster" {
  description = "Name, zone and room of the cluster; read by terraform/gke/workloads."
  value = {
    name         = google_container_cluster.target.name
    zone         = google_container_cluster.target.location
    machine_type = local.node.machine_type
    room         = local.node.room
  }
}

output "what_next" {
  description = "The commands to run next."
  value = join("\n", [
    "The cluster is up. To deploy the programs on it:",
    "  terraform -chdir=terraform/gke/workloads init${local.backend_args}",
    "  terraform -chdir=terraform/gke/workloads apply${local.state_args}",
  ])
}

locals {
  backend_args = var.state_bucket == null ? "" : " -backend-config=bucket=${var.state_bucket} -backend-config=prefix=shakesapp/gke-workloads"
  state_args   = var.state_bucket == null ? "" : " -var state_bucket=${var.state_bucket}"
}
