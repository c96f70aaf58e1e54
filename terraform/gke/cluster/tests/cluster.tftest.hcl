mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "nodes@shakesapp-test.iam.gserviceaccount.com"
      member = "serviceAccount:nodes@shakesapp-test.iam.gserviceaccount.com"
    }
  }
}

override_data {
  target = data.terraform_remote_state.serverless
  values = {
    outputs = {
      overlay = {
        project_id = "shakesapp-test"
        region     = "us-central1"
        repository = "trace-codelab"
        labels     = { app = "shakesapp" }
      }
    }
  }
}

run "the_codelab_s_cluster" {
  assert {
    condition     = output.cluster.name == "otel-trace-codelab" && output.cluster.zone == "us-central1-f"
    error_message = "Name and zone are the codelab's."
  }

  assert {
    condition     = google_container_cluster.target.initial_node_count == 1 && google_container_cluster.target.node_config[0].machine_type == "e2-highcpu-4"
    error_message = "One e2-highcpu-4 node."
  }

  assert {
    condition     = google_container_cluster.target.workload_identity_config[0].workload_pool == "shakesapp-test.svc.id.goog"
    error_message = "Pods get identities of the project's pool."
  }
}

run "its_zone_lies_in_the_region_of_the_images" {
  command = plan

  override_data {
    target = data.terraform_remote_state.serverless
    values = {
      outputs = {
        overlay = {
          project_id = "shakesapp-test"
          region     = "europe-west1"
          repository = "trace-codelab"
          labels     = { app = "shakesapp" }
        }
      }
    }
  }

  assert {
    condition     = google_container_cluster.target.location == "europe-west1-b"
    error_message = "Without a zone: one of the region that terraform/ was applied in."
  }
}

run "a_zone_elsewhere_is_refused" {
  command = plan

  variables {
    zone = "europe-west1-b"
  }

  expect_failures = [var.zone]
}

run "the_printed_commands_name_the_bucket_of_the_state" {
  command = plan

  variables {
    state_bucket = "my-state"
  }

  assert {
    condition     = strcontains(output.what_next, "init -backend-config=bucket=my-state -backend-config=prefix=shakesapp/gke-workloads\n")
    error_message = "init must name the bucket of the state."
  }

  assert {
    condition     = endswith(output.what_next, "workloads apply -var state_bucket=my-state")
    error_message = "The workloads must know the bucket of the other states."
  }
}
