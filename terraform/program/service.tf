# One program as a Cloud Run service that scales from zero, and the one account that may call it.

resource "google_cloud_run_v2_service" "program" {
  name     = var.name
  location = var.region
  ingress  = var.ingress
  labels   = var.labels
  # You can tear a sample down.
  deletion_protection = false

  template {
    service_account                  = var.service_account
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency
    labels                           = var.labels

    scaling {
      min_instance_count = 0
      max_instance_count = var.max_instances
    }

    containers {
      name  = var.name
      image = var.image

      ports {
        # Without h2c the front end speaks HTTP/1.1 to the container, and gRPC fails.
        name           = var.grpc ? "h2c" : "http1"
        container_port = var.port
      }

      resources {
        limits            = { cpu = tostring(var.cpu), memory = var.memory }
        cpu_idle          = var.cpu_only_on_call
        startup_cpu_boost = true
      }

      # A cold start lasts until a probe succeeds, so this probe runs as often as Cloud Run allows.
      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = 60

        dynamic "grpc" {
          for_each = var.grpc ? [var.port] : []
          content {
            port = grpc.value
          }
        }

        dynamic "http_get" {
          for_each = var.grpc ? [] : [var.port]
          content {
            path = "/health"
            port = http_get.value
          }
        }
      }

      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 3

        dynamic "grpc" {
          for_each = var.grpc ? [var.port] : []
          content {
            port = grpc.value
          }
        }

        dynamic "http_get" {
          for_each = var.grpc ? [] : [var.port]
          content {
            path = "/health"
            port = http_get.value
          }
        }
      }

      dynamic "env" {
        for_each = merge(var.environment, {
          OTEL_RESOURCE_ATTRIBUTES = join(",", [for key, value in var.resource : "${key}=${urlencode(value)}"])
        })
        content {
          name  = env.key
          value = env.value
        }
      }
    }
  }
}

# All invokers of the service. The next apply removes one that a person adds by hand.
resource "google_cloud_run_v2_service_iam_binding" "invoker" {
  name     = google_cloud_run_v2_service.program.name
  location = google_cloud_run_v2_service.program.location
  role     = "roles/run.invoker"
  members  = [var.invoker]
}
