module "program" {
  source   = "./program"
  for_each = local.programs

  name           = each.key
  namespace      = kubernetes_namespace_v1.shakesapp.metadata[0].name
  cluster        = local.cluster.name
  project_id     = local.serverless.project_id
  project_number = data.google_project.current.number
  image          = local.serverless.images[each.key]
  port           = local.serverless.ports[each.key]
  grpc           = each.value.headless
  headless       = each.value.headless
  replicas       = each.value.replicas
  callers        = each.value.callers
  environment    = merge(local.serverless.environment[each.key], each.value.environment)
  resource       = local.serverless.resource_attributes[each.key]
  labels         = merge(local.serverless.deployment_labels, local.labels)
  limits         = local.limits
  requests       = { cpu = "${local.request.millicpu}m", memory = "${local.request.memory_mib}Mi" }
  user_id        = local.user_id
  roles          = local.serverless.trace_roles
  works_bucket   = each.key == "server" ? local.serverless.works_bucket : null
  google_account = local.serverless.service_accounts[each.key]
  act_as_google  = var.workload_identity == "service_account"

  # The network is closed before the first pod starts, except for names and Google's APIs, which the pod
  # needs at once.
  depends_on = [
    kubernetes_network_policy_v1.deny_all,
    kubernetes_network_policy_v1.platform,
    kubernetes_resource_quota_v1.bound,
  ]
}
