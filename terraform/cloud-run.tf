# What Cloud Run adds to every program's environment and resource.
locals {
  cloud_run_environment = {
    # With request-based billing the CPU stops with the response: spans must be stored before it.
    SPAN_FLUSH = var.request_based_billing ? "before-response" : "background"
  }
  cloud_run_resource = {
    "shakesapp.config.billing" = var.request_based_billing ? "request" : "instance"
  }
}
