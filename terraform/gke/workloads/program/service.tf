resource "kubernetes_service_v1" "program" {
  metadata {
    name      = var.name
    namespace = var.namespace
    labels    = var.labels
  }

  spec {
    cluster_ip = var.headless ? "None" : null
    selector   = local.selector

    port {
      name        = var.grpc ? "grpc" : "http"
      port        = var.port
      target_port = tostring(var.port)
    }
  }
}

# One edge, both ends: its callers may send, and it may receive from them.
resource "kubernetes_network_policy_v1" "program" {
  metadata {
    name      = var.name
    namespace = var.namespace
    labels    = var.labels
  }

  spec {
    policy_types = ["Ingress"]
    pod_selector {
      match_labels = local.selector
    }

    ingress {
      dynamic "from" {
        for_each = var.callers
        content {
          pod_selector {
            match_labels = { "app.kubernetes.io/name" = from.value }
          }
        }
      }
      ports {
        protocol = "TCP"
        port     = tostring(var.port)
      }
    }
  }
}

resource "kubernetes_network_policy_v1" "callers" {
  metadata {
    name      = "to-${var.name}"
    namespace = var.namespace
    labels    = var.labels
  }

  spec {
    policy_types = ["Egress"]
    pod_selector {
      match_expressions {
        key      = "app.kubernetes.io/name"
        operator = "In"
        values   = var.callers
      }
    }

    egress {
      to {
        pod_selector {
          match_labels = local.selector
        }
      }
      ports {
        protocol = "TCP"
        port     = tostring(var.port)
      }
    }
  }
}
