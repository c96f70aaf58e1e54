resource "google_cloud_scheduler_job" "load" {
  count = local.deployed ? 1 : 0

  name             = "shakesapp-load"
  description      = "Starts one run of loadgen"
  region           = var.region
  schedule         = var.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${var.attempt_deadline_seconds}s"

  # A retry would send the complete burst again.
  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = "${module.loadgen[0].uri}/"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode(local.load_body)

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      # The service's base URL: Cloud Run refuses the default, which is the full target URI.
      audience = module.loadgen[0].uri
    }
  }

  lifecycle {
    # `npx shakesapp load pause` and `resume` decide: an apply must not start load that a person stopped.
    ignore_changes = [paused]
  }

  # The first run needs every invoker: without one it gets 403.
  depends_on = [module.loadgen, module.client, module.server]
}

resource "google_service_account" "scheduler" {
  account_id   = "shakesapp-scheduler"
  display_name = "Shakesapp: Cloud Scheduler"

  depends_on = [google_project_service.required]
}

check "schedule_waits_for_loadgen" {
  assert {
    condition     = var.attempt_deadline_seconds > var.loadgen_timeout_seconds
    error_message = "attempt_deadline_seconds (${var.attempt_deadline_seconds}) must be above loadgen_timeout_seconds (${var.loadgen_timeout_seconds}), or the schedule gives up on runs that still work."
  }
}
