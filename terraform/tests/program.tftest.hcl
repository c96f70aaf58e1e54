mock_provider "google" {}

variables {
  name             = "server"
  region           = "us-central1"
  image            = "us-central1-docker.pkg.dev/p/trace-codelab/server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  service_account  = "shakesapp-server@p.iam.gserviceaccount.com"
  invoker          = "serviceAccount:shakesapp-client@p.iam.gserviceaccount.com"
  port             = 5050
  grpc             = true
  timeout_seconds  = 60
  environment      = {}
  resource         = { "service.version" = "v1,2" }
  labels           = { app = "shakesapp" }
  cpu              = 1
  memory           = "512Mi"
  concurrency      = 80
  max_instances    = 3
  cpu_only_on_call = false
}

run "grpc_is_spoken_and_probed" {
  module {
    source = "./program"
  }

  assert {
    condition     = google_cloud_run_v2_service.program.template[0].containers[0].ports[0].name == "h2c"
    error_message = "gRPC needs h2c."
  }

  assert {
    condition     = google_cloud_run_v2_service.program.template[0].containers[0].startup_probe[0].grpc[0].port == 5050
    error_message = "A gRPC service is probed by gRPC."
  }
}

run "resource_attributes_are_encoded" {
  module {
    source = "./program"
  }

  assert {
    condition     = contains([for entry in google_cloud_run_v2_service.program.template[0].containers[0].env : entry.value], "service.version=v1%2C2")
    error_message = "A comma in a value would break the list."
  }
}

run "a_tag_is_no_image" {
  command = plan

  module {
    source = "./program"
  }

  variables {
    image = "us-central1-docker.pkg.dev/p/trace-codelab/server:v1"
  }

  expect_failures = [var.image]
}

run "everybody_is_no_invoker" {
  command = plan

  module {
    source = "./program"
  }

  variables {
    invoker = "allUsers"
  }

  expect_failures = [var.invoker]
}
