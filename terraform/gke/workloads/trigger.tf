# The counterpart of Cloud Scheduler: starts one run of loadgen at each minute of the schedule and sends
# that minute along, so that both platforms send the same sequence of queries.
resource "kubernetes_cron_job_v1" "trigger" {
  metadata {
    name      = "trigger"
    namespace = kubernetes_namespace_v1.shakesapp.metadata[0].name
    labels    = local.trigger_labels
  }

  spec {
    schedule           = local.serverless.schedule
    timezone           = "Etc/UTC"
    suspend            = false
    concurrency_policy = "Forbid"
    # A minute that was missed stays missed, as with Cloud Scheduler.
    starting_deadline_seconds     = 30
    successful_jobs_history_limit = 1
    failed_jobs_history_limit     = 3

    job_template {
      metadata {
        labels = local.trigger_labels
      }

      spec {
        # A retry would send the complete burst again.
        backoff_limit           = 0
        active_deadline_seconds = local.serverless.attempt_deadline_seconds

        template {
          metadata {
            labels = merge(local.trigger_labels, { "app.kubernetes.io/name" = "trigger" })
          }

          spec {
            restart_policy                  = "Never"
            service_account_name            = kubernetes_service_account_v1.trigger.metadata[0].name
            automount_service_account_token = false
            enable_service_links            = false

            security_context {
              run_as_non_root = true
              run_as_user     = local.user_id
              seccomp_profile {
                type = "RuntimeDefault"
              }
            }

            container {
              name    = "trigger"
              image   = local.serverless.images.loadgen
              command = ["node"]
              args    = ["--input-type=module", "--eval", file("${path.module}/trigger.mjs")]

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
                requests = { cpu = "${local.trigger_request.millicpu}m", memory = "${local.trigger_request.memory_mib}Mi" }
                limits   = local.trigger_size
              }

              # As in every container: the project and the resource of its logs.
              env {
                name  = "GOOGLE_CLOUD_PROJECT"
                value = local.serverless.project_id
              }
              env {
                name  = "OTEL_RESOURCE_ATTRIBUTES"
                value = join(",", [for key, value in local.trigger_resource : "${key}=${urlencode(value)}"])
              }
              env {
                name  = "LOADGEN_URL"
                value = "http://${local.hosts.loadgen}:${local.serverless.ports.loadgen}/"
              }
              env {
                name  = "LOAD_BODY"
                value = local.serverless.load_body
              }
              env {
                name  = "TIMEOUT_SECONDS"
                value = tostring(local.serverless.attempt_deadline_seconds - 5)
              }
              env {
                # Ends in the scheduled minute, as minutes since 1970.
                name = "JOB_NAME"
                value_from {
                  field_ref {
                    field_path = "metadata.labels['batch.kubernetes.io/job-name']"
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  lifecycle {
    # `kubectl patch` decides once it exists: an apply must not start load that a person stopped.
    ignore_changes = [spec[0].suspend]
  }

  depends_on = [module.program]
}

resource "kubernetes_service_account_v1" "trigger" {
  metadata {
    name      = "trigger"
    namespace = kubernetes_namespace_v1.shakesapp.metadata[0].name
    labels    = local.labels
  }
  automount_service_account_token = false
}

locals {
  trigger_labels = merge(local.labels, {
    version = local.serverless.deployment_labels.version
    cpu     = local.trigger_size.cpu
    memory  = lower(local.trigger_size.memory)
  })
  trigger_resource = {
    "service.version"         = local.serverless.image_tag
    "shakesapp.config.cpu"    = local.trigger_size.cpu
    "shakesapp.config.memory" = local.trigger_size.memory
  }
}
