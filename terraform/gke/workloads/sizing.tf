# What the pods reserve, compared with what the node has left and what the namespace may hold.
locals {
  # As on Cloud Run, a container may use all of its CPU and memory. Half is reserved: the node is
  # smaller than the sum of the limits, and the programs never use all of it at once.
  limits = { cpu = tostring(local.serverless.cpu), memory = local.serverless.memory }
  request = {
    millicpu   = local.serverless.cpu * 500
    memory_mib = { "512Mi" = 256, "1Gi" = 512, "2Gi" = 1024 }[local.serverless.memory]
  }

  trigger_size = { cpu = "200m", memory = "128Mi" }
  trigger_request = {
    millicpu   = 50
    memory_mib = 64
  }

  pods = sum([for program in local.programs : program.replicas])
  reserved = {
    millicpu   = local.pods * local.request.millicpu + local.trigger_request.millicpu
    memory_mib = local.pods * local.request.memory_mib + local.trigger_request.memory_mib
  }
  room = local.cluster.room
  fits = local.reserved.millicpu <= local.room.millicpu && local.reserved.memory_mib <= local.room.memory_mib

  # In a rollout, a pod that ends still counts while its replacement starts.
  quota = {
    pods              = tostring(2 * (local.pods + 1))
    "requests.cpu"    = "${2 * local.reserved.millicpu}m"
    "requests.memory" = "${2 * local.reserved.memory_mib}Mi"
  }
}
