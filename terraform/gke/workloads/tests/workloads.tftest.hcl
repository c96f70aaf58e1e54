mock_provider "google" {
  mock_data "google_container_cluster" {
    defaults = {
      endpoint = "203.0.113.10"
      master_auth = [{
        client_certificate        = ""
        client_certificate_config = []
        client_key                = ""
        cluster_ca_certificate    = "YSBjZXJ0aWZpY2F0ZQ=="
      }]
    }
  }

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

mock_provider "kubernetes" {}

override_data {
  target = data.terraform_remote_state.cluster
  values = {
    outputs = {
      cluster = {
        name         = "otel-trace-codelab"
        zone         = "us-central1-f"
        machine_type = "e2-highcpu-4"
        room         = { millicpu = 2920, memory_mib = 1740 }
      }
    }
  }
}

override_data {
  target = data.terraform_remote_state.serverless
  values = {
    outputs = {
      overlay = {
        project_id        = "shakesapp-test"
        region            = "us-central1"
        labels            = { app = "shakesapp" }
        deployment_labels = { app = "shakesapp", version = "v1" }
        image_tag         = "v1"
        images = {
          loadgen = "us-central1-docker.pkg.dev/p/trace-codelab/loadgen@sha256:0000000000000000000000000000000000000000000000000000000000000000"
          client  = "us-central1-docker.pkg.dev/p/trace-codelab/client@sha256:0000000000000000000000000000000000000000000000000000000000000000"
          server  = "us-central1-docker.pkg.dev/p/trace-codelab/server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
        }
        ports = { loadgen = 8080, client = 8080, server = 5050 }
        service_accounts = {
          loadgen = "projects/shakesapp-test/serviceAccounts/shakesapp-loadgen@shakesapp-test.iam.gserviceaccount.com"
          client  = "projects/shakesapp-test/serviceAccounts/shakesapp-client@shakesapp-test.iam.gserviceaccount.com"
          server  = "projects/shakesapp-test/serviceAccounts/shakesapp-server@shakesapp-test.iam.gserviceaccount.com"
        }
        environment         = { loadgen = {}, client = {}, server = {} }
        resource_attributes = { loadgen = {}, client = {}, server = {} }
        trace_roles         = ["roles/cloudtrace.agent"]
        works_bucket        = null
        otlp_elsewhere      = null
        cpu                 = 1
        memory              = "512Mi"
        schedule            = "* * * * *"
        load_body           = "{}"

        attempt_deadline_seconds = 210
      }
    }
  }
}

run "runs_start_by_the_schedule_and_never_twice" {
  assert {
    condition     = kubernetes_cron_job_v1.trigger.spec[0].schedule == "* * * * *" && kubernetes_cron_job_v1.trigger.spec[0].concurrency_policy == "Forbid"
    error_message = "One run at a time, by the shared schedule."
  }

  assert {
    condition     = kubernetes_cron_job_v1.trigger.spec[0].job_template[0].spec[0].active_deadline_seconds == 210
    error_message = "The CronJob gives up when Cloud Scheduler would."
  }
}

run "the_namespace_refuses_root" {
  assert {
    condition     = kubernetes_namespace_v1.shakesapp.metadata[0].labels["pod-security.kubernetes.io/enforce"] == "restricted"
    error_message = "Pod security must be enforced."
  }
}

run "a_program_s_pods_are_granted_its_roles" {
  module {
    source = "./program"
  }

  variables {
    name           = "server"
    namespace      = "shakesapp"
    cluster        = "otel-trace-codelab"
    project_id     = "shakesapp-test"
    project_number = "123456789012"
    image          = "us-central1-docker.pkg.dev/p/trace-codelab/server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    port           = 5050
    grpc           = true
    headless       = true
    replicas       = 1
    callers        = ["client"]
    environment    = {}
    resource       = {}
    labels         = { app = "shakesapp" }
    limits         = { cpu = "1", memory = "512Mi" }
    requests       = { cpu = "500m", memory = "256Mi" }
    user_id        = 65532
    roles          = ["roles/cloudtrace.agent"]
    google_account = "projects/shakesapp-test/serviceAccounts/shakesapp-server@shakesapp-test.iam.gserviceaccount.com"
    act_as_google  = false
  }

  assert {
    condition     = google_project_iam_member.program["roles/cloudtrace.agent"].member == "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/shakesapp-test.svc.id.goog/subject/ns/shakesapp/sa/server"
    error_message = "The pods' own principal must be granted the role."
  }

  assert {
    condition     = kubernetes_service_v1.program.spec[0].cluster_ip == "None"
    error_message = "gRPC needs a headless Service."
  }
}

run "or_act_as_its_google_account" {
  module {
    source = "./program"
  }

  variables {
    name           = "server"
    namespace      = "shakesapp"
    cluster        = "otel-trace-codelab"
    project_id     = "shakesapp-test"
    project_number = "123456789012"
    image          = "us-central1-docker.pkg.dev/p/trace-codelab/server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    port           = 5050
    grpc           = true
    headless       = true
    replicas       = 1
    callers        = ["client"]
    environment    = {}
    resource       = {}
    labels         = { app = "shakesapp" }
    limits         = { cpu = "1", memory = "512Mi" }
    requests       = { cpu = "500m", memory = "256Mi" }
    user_id        = 65532
    roles          = ["roles/cloudtrace.agent"]
    google_account = "projects/shakesapp-test/serviceAccounts/shakesapp-server@shakesapp-test.iam.gserviceaccount.com"
    act_as_google  = true
  }

  assert {
    condition     = length(google_project_iam_member.program) == 0 && google_service_account_iam_member.acts_as_google[0].member == "serviceAccount:shakesapp-test.svc.id.goog[shakesapp/server]"
    error_message = "The Google account must let the pods act as it."
  }

  assert {
    condition     = google_service_account_iam_member.acts_as_google[0].role == "roles/iam.workloadIdentityUser"
    error_message = "Workload Identity needs a separate role."
  }

  assert {
    condition     = kubernetes_service_account_v1.program.metadata[0].annotations["iam.gke.io/gcp-service-account"] == "shakesapp-server@shakesapp-test.iam.gserviceaccount.com"
    error_message = "The Kubernetes account must name the Google account."
  }
}

run "unknown_variants_are_refused" {
  command = plan

  variables {
    workload_identity = "keys"
    replicas          = 5
  }

  expect_failures = [var.workload_identity, var.replicas]
}
