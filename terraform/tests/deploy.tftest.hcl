mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "someone@shakesapp-test.iam.gserviceaccount.com"
      member = "serviceAccount:someone@shakesapp-test.iam.gserviceaccount.com"
    }
  }

  mock_resource "google_cloud_run_v2_service" {
    defaults = {
      uri = "https://program-abc-uc.a.run.app"
    }
  }

  mock_data "google_artifact_registry_docker_image" {
    defaults = {
      self_link = "us-central1-docker.pkg.dev/p/trace-codelab/program@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    }
  }
}

variables {
  project_id = "shakesapp-test"
}

run "without_a_tag_nothing_runs_yet" {
  assert {
    condition     = length(output.services) == 0 && output.scheduler_job == null
    error_message = "Services must wait for images."
  }

  assert {
    condition     = strcontains(output.what_next, "gcloud builds submit --project shakesapp-test --region us-central1")
    error_message = "The output must say how to build."
  }
}

run "with_a_tag_everything_runs" {
  variables {
    image_tag = "v1"
  }

  assert {
    condition     = toset(keys(output.services)) == toset(["loadgen", "client", "server"])
    error_message = "All three programs must be deployed."
  }

  assert {
    condition     = google_cloud_scheduler_job.load[0].http_target[0].oidc_token[0].audience == "https://program-abc-uc.a.run.app"
    error_message = "The audience must be the service's base URL."
  }

  assert {
    condition     = jsondecode(base64decode(google_cloud_scheduler_job.load[0].http_target[0].body)) == { requests = 10, intervalMs = 2000, maxInFlight = 80 }
    error_message = "The body must be what loadgen's schema wants."
  }

  assert {
    condition     = google_cloud_scheduler_job.load[0].retry_config[0].retry_count == 0
    error_message = "A retry would send the burst again."
  }

  assert {
    condition     = output.overlay.image_tag == "v1" && length(output.overlay.images) == 3
    error_message = "The overlay must be given the images."
  }
}

run "the_schedule_must_wait_for_loadgen" {
  variables {
    image_tag                = "v1"
    attempt_deadline_seconds = 180
  }

  expect_failures = [check.schedule_waits_for_loadgen]
}

run "a_run_must_fit_into_its_timeout" {
  command = plan

  variables {
    requests_per_run = 100
    interval_ms      = 2000
  }

  expect_failures = [var.requests_per_run]
}

run "a_longer_timeout_lets_it_fit" {
  command = plan

  variables {
    requests_per_run         = 100
    interval_ms              = 2000
    loadgen_timeout_seconds  = 300
    attempt_deadline_seconds = 330
  }
}

run "mistyped_settings_are_refused" {
  command = plan

  variables {
    project_id      = "Not A Project"
    region          = "us"
    image_tag       = "-v1"
    schedule        = "every minute"
    works_access    = "anybody"
    works_cache     = "sometimes"
    traces_exporter = "jaeger"
    propagators     = "b4"
    cpu             = 0.5
    concurrency     = 0
    max_instances   = 1000
  }

  expect_failures = [
    var.project_id,
    var.region,
    var.image_tag,
    var.schedule,
    var.works_access,
    var.works_cache,
    var.traces_exporter,
    var.propagators,
    var.cpu,
    var.concurrency,
    var.max_instances,
  ]
}

run "sizes_that_cloud_run_refuses_are_refused" {
  command = plan

  variables {
    cpu    = 4
    memory = "1Gi"
  }

  expect_failures = [var.memory]
}

run "memory_of_another_size_is_refused" {
  command = plan

  variables {
    memory = "128Mi"
  }

  expect_failures = [var.memory]
}

run "the_largest_size_is_taken" {
  command = plan

  variables {
    cpu    = 4
    memory = "2Gi"
  }
}

run "an_endpoint_that_nothing_is_sent_to_is_refused" {
  command = plan

  variables {
    otlp_endpoint = "https://collector.example.com"
  }

  expect_failures = [var.otlp_endpoint]
}

run "an_endpoint_in_a_private_network_is_refused" {
  command = plan

  variables {
    traces_exporter = "otlp"
    otlp_endpoint   = "http://collector.observability.svc.cluster.local:4318"
  }

  expect_failures = [var.otlp_endpoint]
}

run "a_public_collector_needs_no_roles_of_google_s" {
  variables {
    traces_exporter = "otlp"
    otlp_endpoint   = "https://collector.example.com:4318"
  }

  assert {
    condition     = length(output.overlay.trace_roles) == 0 && output.overlay.otlp_elsewhere == "https://collector.example.com:4318"
    error_message = "The overlay must know that the collector is not Google's."
  }
}

run "google_s_endpoint_needs_its_roles_where_it_is_named_too" {
  variables {
    traces_exporter = "otlp"
    otlp_endpoint   = "https://telemetry.us-central1.rep.googleapis.com"
  }

  assert {
    condition     = contains(output.overlay.trace_roles, "roles/telemetry.tracesWriter") && output.overlay.otlp_elsewhere == null
    error_message = "Google's endpoint needs a separate role."
  }
}
