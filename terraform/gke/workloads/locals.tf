locals {
  # What each program has on GKE, beside what it has everywhere.
  programs = {
    loadgen = {
      replicas    = 1
      headless    = false
      callers     = ["trigger"]
      environment = { CLIENT_ADDR = "${local.hosts.client}:${local.serverless.ports.client}" }
    }
    client = {
      replicas    = var.replicas
      headless    = false
      callers     = ["loadgen"]
      environment = { SERVER_ADDR = "${local.hosts.server}:${local.serverless.ports.server}" }
    }
    server = {
      replicas = var.replicas
      # A gRPC channel to one cluster address stays on one pod. A headless Service gives the client
      # all addresses, and the client balances over them.
      headless    = true
      callers     = ["client"]
      environment = {}
    }
  }

  namespace = "shakesapp"
  hosts     = { for name in keys(local.serverless.ports) : name => "${name}.${local.namespace}.svc.cluster.local" }

  # The image's user, nonroot of distroless. Kubernetes needs its number to know that it is not root.
  user_id = 65532

  labels = merge(local.serverless.labels, { "app.kubernetes.io/part-of" = "shakesapp" })
}
