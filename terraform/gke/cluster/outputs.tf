output "cluster" {
  description = "Name and zone of the cluster; read by terraform/gke/workloads."
  value = {
    name = google_container_cluster.target.name
    zone = google_container_cluster.target.location
  }
}

output "what_next" {
  description = "The commands to run next."
  value = join("\n", [
    "The cluster is up. To deploy the programs on it:",
    "  terraform -chdir=terraform/gke/workloads init",
    "  terraform -chdir=terraform/gke/workloads apply",
  ])
}
