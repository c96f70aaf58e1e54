resource "kubernetes_namespace_v1" "shakesapp" {
  metadata {
    name = local.namespace
    labels = merge(local.labels, {
      # The API server refuses any pod that runs as root or asks for more than a container needs.
      "pod-security.kubernetes.io/enforce" = "restricted"
    })
  }
}

# The bound on what one mistake can start.
resource "kubernetes_resource_quota_v1" "bound" {
  metadata {
    name      = "bound"
    namespace = kubernetes_namespace_v1.shakesapp.metadata[0].name
    labels    = local.labels
  }

  spec {
    hard = {
      pods              = "12"
      "requests.cpu"    = "3500m"
      "requests.memory" = "4Gi"
    }
  }
}
