resource "kubernetes_namespace_v1" "shakesapp" {
  metadata {
    name = local.namespace
    labels = merge(local.labels, {
      # The API server refuses any pod that runs as root or asks for more than a container needs.
      "pod-security.kubernetes.io/enforce" = "restricted"
    })
  }

  lifecycle {
    # Pods without room wait without end, and the apply waits for them.
    precondition {
      condition     = local.fits
      error_message = <<-EOT
        The pods do not fit: ${local.pods} of the programs (replicas = ${var.replicas}) reserve half of cpu = ${local.limits.cpu} and memory = ${local.limits.memory} each.
        With the trigger's ${local.trigger_request.millicpu}m and ${local.trigger_request.memory_mib}Mi the total is ${local.reserved.millicpu}m CPU and ${local.reserved.memory_mib}Mi memory;
        the limit is ${local.room.millicpu}m and ${local.room.memory_mib}Mi, what a node of type ${local.cluster.machine_type} has left.
        Lower replicas here, or cpu or memory at terraform/, and apply again.
      EOT
    }
  }
}

# Limits what one mistake can start.
resource "kubernetes_resource_quota_v1" "bound" {
  metadata {
    name      = "bound"
    namespace = kubernetes_namespace_v1.shakesapp.metadata[0].name
    labels    = local.labels
  }

  spec {
    hard = local.quota
  }
}
