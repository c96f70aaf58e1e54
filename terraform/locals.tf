locals {
  labels = {
    app        = "shakesapp"
    managed-by = "terraform"
  }

  # Container ports. The codelab's, so that its services can stand in for ours.
  ports = { loadgen = 8080, client = 8080, server = 5050 }

  # loadgen ends before Cloud Run stops it, so that its answer and spans arrive.
  loadgen_max_run_seconds         = var.loadgen_timeout_seconds - 10
  loadgen_request_timeout_seconds = 30

  # The part of each program's environment that is the same on both platforms. Each platform adds its
  # addresses and its billing.
  environment = { for name, own in {
    loadgen = {
      LOADGEN_MAX_RUN_SECONDS         = tostring(local.loadgen_max_run_seconds)
      LOADGEN_REQUEST_TIMEOUT_SECONDS = tostring(local.loadgen_request_timeout_seconds)
      KNOWN_QUERIES                   = local.known_queries
    }
    client = {
      KNOWN_QUERIES = local.known_queries
    }
    server = {
      WORKS_BUCKET = var.works_bucket
      WORKS_PREFIX = var.works_prefix
      WORKS_ACCESS = var.works_access
      WORKS_CACHE  = var.works_cache
    }
    } : name => { for key, value in merge(own, {
      GOOGLE_CLOUD_PROJECT        = var.project_id
      OTEL_SERVICE_NAME           = name
      OTEL_TRACES_EXPORTER        = var.traces_exporter
      OTEL_PROPAGATORS            = var.propagators
      OTEL_EXPORTER_OTLP_ENDPOINT = var.otlp_endpoint
  }) : key => value if value != null } }

  # Null: the program uses its table for the codelab's texts.
  known_queries = var.known_queries == null ? null : jsonencode(var.known_queries)

  # Lets a comparison say how two deployments differ.
  resource_attributes = { for name in keys(local.ports) : name => merge({
    "service.version"              = coalesce(var.image_tag, "none")
    "shakesapp.config.cpu"         = tostring(var.cpu)
    "shakesapp.config.memory"      = var.memory
    "shakesapp.config.concurrency" = tostring(var.concurrency)
    }, name == "server" ? {
    "shakesapp.config.works_cache" = var.works_cache
  } : {}) }

  # The same facts as labels, for billing reports and the console.
  deployment_labels = merge(local.labels, {
    version     = lower(replace(coalesce(var.image_tag, "none"), ".", "-"))
    cpu         = tostring(var.cpu)
    memory      = lower(var.memory)
    concurrency = tostring(var.concurrency)
  })

  # The body of every run. The schedule adds the time that the run is due.
  load_body = jsonencode({
    requests    = var.requests_per_run
    intervalMs  = var.interval_ms
    maxInFlight = var.concurrency
  })

  exporters = split(",", var.traces_exporter)
  # Google's OTLP endpoint needs a separate role, and bills its quota to the project that a request
  # names. Programs send access tokens to Google's hosts only; pods on GKE reach no others.
  otlp_host_is_google = var.otlp_endpoint == null || can(regex(
    "^https://([a-z0-9-]+\\.)+googleapis\\.com(:443)?(/|$)", coalesce(var.otlp_endpoint, "none"),
  ))
  otlp_to_google = contains(local.exporters, "otlp") && local.otlp_host_is_google
  trace_roles = toset(concat(
    contains(local.exporters, "gcp_trace") ? ["roles/cloudtrace.agent"] : [],
    local.otlp_to_google ? ["roles/telemetry.tracesWriter", "roles/serviceusage.serviceUsageConsumer"] : [],
  ))

  deployed = var.image_tag != null
}
