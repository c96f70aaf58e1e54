# What you decide. The GKE overlay reads the results from the state of this root, so you set nothing
# twice, and both platforms run the same load on the same images.

variable "project_id" {
  type        = string
  description = "Google Cloud project to deploy into."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens, and starts with a letter."
  }
}

variable "region" {
  type        = string
  default     = "us-central1"
  description = "Region of all regional resources."

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Must be a region, such as us-central1."
  }
}

variable "state_bucket" {
  type        = string
  default     = null
  description = "Bucket of the gcs backend, if you use one. Only the printed commands use it."

  validation {
    condition     = var.state_bucket == null || can(regex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", coalesce(var.state_bucket, "abc")))
    error_message = "Must be the name of a bucket, without gs://."
  }
}

variable "image_tag" {
  type        = string
  default     = null
  description = "Tag of the images to deploy. Without it, terraform creates only what a build needs. An apply that leaves it out removes the services."

  validation {
    condition     = var.image_tag == null || can(regex("^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$", coalesce(var.image_tag, "v1")))
    error_message = "Must have 1 to 63 letters, digits, '_', '.' or '-', with a letter or digit at both ends, because it is also a label."
  }
}

# The load

variable "requests_per_run" {
  type        = number
  default     = 10
  description = "Requests that loadgen sends in one run. Each makes one trace."

  validation {
    condition     = var.requests_per_run == floor(var.requests_per_run) && var.requests_per_run >= 1 && var.requests_per_run <= 1000
    error_message = "Must be an integer from 1 to 1000."
  }

  # loadgen refuses a longer run. This says so before the deployment, not once a minute after it.
  validation {
    condition     = (var.requests_per_run - 1) * var.interval_ms / 1000 + local.loadgen_request_timeout_seconds <= local.loadgen_max_run_seconds
    error_message = "(requests_per_run - 1) * interval_ms, plus 30 s for the last answer, must not exceed loadgen_timeout_seconds minus 10 s."
  }
}

variable "interval_ms" {
  type        = number
  default     = 2000
  description = "Milliseconds between two requests of a run."

  validation {
    condition     = var.interval_ms == floor(var.interval_ms) && var.interval_ms >= 0 && var.interval_ms <= 600000
    error_message = "Must be an integer from 0 to 600000."
  }
}

variable "schedule" {
  type        = string
  default     = "* * * * *"
  description = "When a run starts: five cron fields, in UTC. While a run lasts, no second one starts."

  validation {
    condition     = length(split(" ", var.schedule)) == 5 && can(regex("^[0-9*/, -]+$", var.schedule))
    error_message = "Must be five fields of digits, '*', '/', ',' and '-', such as '*/5 * * * *'."
  }
}

variable "loadgen_timeout_seconds" {
  type        = number
  default     = 180
  description = "Time limit of Cloud Run for one run of loadgen. loadgen itself ends 10 s earlier."

  validation {
    condition     = var.loadgen_timeout_seconds == floor(var.loadgen_timeout_seconds) && var.loadgen_timeout_seconds >= 60 && var.loadgen_timeout_seconds <= 1790
    error_message = "Must be an integer from 60 to 1790."
  }
}

variable "attempt_deadline_seconds" {
  type        = number
  default     = 210
  description = "Time that the schedule waits for loadgen's answer. Set it above loadgen_timeout_seconds; otherwise good runs are reported as failed."

  validation {
    condition     = var.attempt_deadline_seconds == floor(var.attempt_deadline_seconds) && var.attempt_deadline_seconds >= 15 && var.attempt_deadline_seconds <= 1800
    error_message = "Must be an integer from 15 to 1800, the limits of Cloud Scheduler."
  }
}

# The works

variable "works_bucket" {
  type        = string
  default     = "dataflow-samples"
  description = "Cloud Storage bucket with the texts to search."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", var.works_bucket))
    error_message = "Must be the name of a bucket, without gs://."
  }
}

variable "works_prefix" {
  type        = string
  default     = "shakespeare/"
  description = "Prefix of the objects that are texts. / takes every object of the bucket."

  validation {
    condition     = length(var.works_prefix) >= 1 && length(var.works_prefix) <= 1024
    error_message = "Must have 1 to 1024 characters."
  }
}

variable "works_access" {
  type        = string
  default     = "public"
  description = "public: everybody may read the bucket, and server reads it anonymously. iam: server gets permission to read it."

  validation {
    condition     = contains(["public", "iam"], var.works_access)
    error_message = "Must be public or iam."
  }
}

variable "works_cache" {
  type        = string
  default     = "keep"
  description = "keep: server keeps the texts in memory. per-request: it lists and downloads them for every query, as the codelab does."

  validation {
    condition     = contains(["keep", "per-request"], var.works_cache)
    error_message = "Must be keep or per-request."
  }
}

variable "known_queries" {
  type        = map(number)
  default     = null
  description = "Number of matching lines of each query, for texts other than the codelab's. `npx shakesapp queries` prints it."

  validation {
    condition     = var.known_queries == null || length(coalesce(var.known_queries, { a = 1 })) > 0
    error_message = "Must hold at least one query."
  }
}

# Telemetry

variable "traces_exporter" {
  type        = string
  default     = "gcp_trace"
  description = "Where spans go: gcp_trace, otlp, console or none. Separate several with commas."

  validation {
    condition     = var.traces_exporter == "none" || alltrue([for name in split(",", var.traces_exporter) : contains(["gcp_trace", "otlp", "console"], name)])
    error_message = "Must be none, or a comma-separated list of gcp_trace, otlp and console."
  }
}

variable "otlp_endpoint" {
  type        = string
  default     = null
  description = "Base URL for otlp. Without it, spans go to telemetry.googleapis.com. With GKE, use an https://*.googleapis.com address: the pods reach no other."

  validation {
    condition     = var.otlp_endpoint == null || can(regex("^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\\s]*)?$", coalesce(var.otlp_endpoint, "https://x")))
    error_message = "Must be an http:// or https:// URL."
  }

  validation {
    condition     = !can(regex("^https?://(localhost|127\\.|10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.|169\\.254\\.|[^/:]+\\.(internal|local)([:/]|$))", coalesce(var.otlp_endpoint, "none")))
    error_message = "Must be a public host: Cloud Run reaches no private network here."
  }

  validation {
    condition     = var.otlp_endpoint == null || contains(split(",", var.traces_exporter), "otlp")
    error_message = "The endpoint has no effect unless traces_exporter includes otlp."
  }
}

variable "propagators" {
  type        = string
  default     = "gcp_trace,tracecontext,b3"
  description = "Headers that link a trace, separated by commas. Without b3, no program finds its true parent behind the front end of Cloud Run."

  validation {
    condition     = var.propagators == "none" || alltrue([for name in split(",", var.propagators) : contains(["gcp_trace", "tracecontext", "b3", "b3multi", "baggage"], name)])
    error_message = "Must be none, or a comma-separated list of gcp_trace, tracecontext, b3, b3multi and baggage."
  }
}

# Size, the same on both platforms

variable "cpu" {
  type        = number
  default     = 1
  description = "vCPUs of each container. The GKE node has room for 1."

  validation {
    condition     = contains([1, 2, 4], var.cpu)
    error_message = "Must be 1, 2 or 4: with less than 1 vCPU, Cloud Run serves one request at a time."
  }
}

variable "memory" {
  type        = string
  default     = "512Mi"
  description = "Memory of each container. The GKE node has room for 512Mi, and for 1Gi with one replica."

  validation {
    condition     = contains(["512Mi", "1Gi", "2Gi"], var.memory)
    error_message = "Must be 512Mi, 1Gi or 2Gi: Cloud Run requires 512Mi if the CPU is always allocated."
  }

  validation {
    condition     = var.cpu < 4 || var.memory == "2Gi"
    error_message = "With 4 vCPUs, Cloud Run requires 2Gi."
  }
}

variable "concurrency" {
  type        = number
  default     = 80
  description = "Requests that one container answers at once. loadgen never has more in flight, so the limit holds on GKE too."

  validation {
    condition     = var.concurrency == floor(var.concurrency) && var.concurrency >= 1 && var.concurrency <= 1000
    error_message = "Must be an integer from 1 to 1000."
  }
}

variable "max_instances" {
  type        = number
  default     = 3
  description = "Maximum number of instances of each Cloud Run service, which also limits its cost."

  validation {
    condition     = var.max_instances == floor(var.max_instances) && var.max_instances >= 1 && var.max_instances <= 20
    error_message = "Must be an integer from 1 to 20."
  }
}

variable "request_based_billing" {
  type        = bool
  default     = false
  description = "true: Cloud Run bills and gives CPU only while it answers a request. Each program then stores its spans before it answers, which adds that round trip to each answer."
}
