# Nothing in or out but what a policy beside each program allows, and what all of them need.
resource "kubernetes_network_policy_v1" "deny_all" {
  metadata {
    name      = "deny-all"
    namespace = kubernetes_namespace_v1.shakesapp.metadata[0].name
    labels    = local.labels
  }

  spec {
    policy_types = ["Ingress", "Egress"]
    pod_selector {}
  }
}

resource "kubernetes_network_policy_v1" "platform" {
  metadata {
    name      = "platform"
    namespace = kubernetes_namespace_v1.shakesapp.metadata[0].name
    labels    = local.labels
  }

  spec {
    policy_types = ["Egress"]
    pod_selector {}

    # Cluster DNS, and the cache on each node that new clusters put before it: with Dataplane V2
    # queries go to the cache's pods
    egress {
      to {
        namespace_selector {
          match_labels = { "kubernetes.io/metadata.name" = "kube-system" }
        }
        pod_selector {
          match_expressions {
            key      = "k8s-app"
            operator = "In"
            values   = ["kube-dns", "node-local-dns"]
          }
        }
      }
      ports {
        protocol = "UDP"
        port     = "53"
      }
      ports {
        protocol = "TCP"
        port     = "53"
      }
    }

    # Metadata server: identity, access tokens, what platform this is. With Dataplane V2 the pod's
    # own address is judged; without it, the one that the node rewrites it to.
    egress {
      to {
        ip_block {
          cidr = "169.254.169.254/32"
        }
      }
      ports {
        protocol = "TCP"
        port     = "80"
      }
    }
    egress {
      to {
        ip_block {
          cidr = "169.254.169.252/32"
        }
      }
      ports {
        protocol = "TCP"
        port     = "988"
      }
    }

    # Google APIs: Cloud Trace and Cloud Storage have public addresses, reached over TLS.
    egress {
      to {
        ip_block {
          cidr   = "0.0.0.0/0"
          except = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"]
        }
      }
      ports {
        protocol = "TCP"
        port     = "443"
      }
    }
  }
}
