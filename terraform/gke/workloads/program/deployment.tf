locals {
  selector = { "app.kubernetes.io/name" = var.name }

  # Kubernetes fills in $(…) from the variables above it.
  kubernetes_resource = {
    "k8s.cluster.name"         = var.cluster
    "k8s.namespace.name"       = var.namespace
    "k8s.deployment.name"      = var.name
    "k8s.container.name"       = var.name
    "k8s.pod.name"             = "$(POD_NAME)"
    "k8s.pod.uid"              = "$(POD_UID)"
    "k8s.node.name"            = "$(NODE_NAME)"
    "shakesapp.config.billing" = "node"
  }

  environment = merge(var.environment, {
    PORT = tostring(var.port)
    # The node's CPU never stops: spans can wait for the next export.
    SPAN_FLUSH = "background"
    OTEL_RESOURCE_ATTRIBUTES = join(",", concat(
      [for key, value in var.resource : "${key}=${urlencode(value)}"],
      [for key, value in local.kubernetes_resource : "${key}=${value}"],
    ))
  })
}

resource "kubernetes_deployment_v1" "program" {
  metadata {
    name      = var.name
    namespace = var.namespace
    labels    = merge(var.labels, local.selector)
  }

  spec {
    replicas = var.replicas

    # The old pod ends before the new one starts: all pods just fit on the node, so one more of each has
    # no room, and the rollout would wait without end. A program with one pod is away for the seconds
    # between the two. It answers the requests that it has before it ends.
    strategy {
      type = "RollingUpdate"
      rolling_update {
        max_surge       = "0"
        max_unavailable = "1"
      }
    }

    selector {
      match_labels = local.selector
    }

    template {
      metadata {
        labels = merge(var.labels, local.selector)
      }

      spec {
        service_account_name            = kubernetes_service_account_v1.program.metadata[0].name
        automount_service_account_token = false
        # Service links would set SERVER_PORT and similar variables.
        enable_service_links = false
        # 10 s as on Cloud Run, and 5 s for Kubernetes itself.
        termination_grace_period_seconds = 15

        security_context {
          run_as_non_root = true
          run_as_user     = var.user_id
          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        container {
          name  = var.name
          image = var.image

          port {
            name           = var.grpc ? "grpc" : "http"
            container_port = var.port
          }

          security_context {
            # Said again: the provider sends an unset bool of this block as false, and that would override the pod.
            run_as_non_root            = true
            allow_privilege_escalation = false
            read_only_root_filesystem  = true
            capabilities {
              drop = ["ALL"]
            }
          }

          resources {
            requests = var.requests
            limits   = var.limits
          }

          env {
            name = "POD_NAME"
            value_from {
              field_ref {
                field_path = "metadata.name"
              }
            }
          }
          env {
            name = "POD_UID"
            value_from {
              field_ref {
                field_path = "metadata.uid"
              }
            }
          }
          env {
            name = "NODE_NAME"
            value_from {
              field_ref {
                field_path = "spec.nodeName"
              }
            }
          }

          dynamic "env" {
            for_each = local.environment
            content {
              name  = env.key
              value = env.value
            }
          }

          startup_probe {
            period_seconds    = 1
            timeout_seconds   = 1
            failure_threshold = 60
            dynamic "grpc" {
              for_each = local.probe.grpc
              content {
                port = grpc.value
              }
            }
            dynamic "http_get" {
              for_each = local.probe.http
              content {
                path = "/health"
                port = tostring(http_get.value)
              }
            }
          }

          readiness_probe {
            period_seconds  = 5
            timeout_seconds = 2
            dynamic "grpc" {
              for_each = local.probe.grpc
              content {
                port = grpc.value
              }
            }
            dynamic "http_get" {
              for_each = local.probe.http
              content {
                path = "/health"
                port = tostring(http_get.value)
              }
            }
          }

          liveness_probe {
            period_seconds    = 30
            timeout_seconds   = 5
            failure_threshold = 3
            dynamic "grpc" {
              for_each = local.probe.grpc
              content {
                port = grpc.value
              }
            }
            dynamic "http_get" {
              for_each = local.probe.http
              content {
                path = "/health"
                port = tostring(http_get.value)
              }
            }
          }
        }
      }
    }
  }

  lifecycle {
    # `kubectl rollout restart` writes it; an apply that took it away would restart the pods again.
    ignore_changes = [spec[0].template[0].metadata[0].annotations["kubectl.kubernetes.io/restartedAt"]]
  }

  # Without its permissions a program loses its first traces.
  depends_on = [
    google_project_iam_member.program,
    google_storage_bucket_iam_member.reads_works,
    google_service_account_iam_member.acts_as_google,
  ]
}

locals {
  probe = {
    grpc = var.grpc ? [var.port] : []
    http = var.grpc ? [] : [var.port]
  }
}
