# Denies all traffic except what the policy beside each program allows and what all programs need.
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

    # Names. Which resolver a pod asks is GKE's choice, by version: NodeLocal DNSCache is on by default
    # in newer ones. With Dataplane V2 a query to the address of kube-dns is redirected to the cache's
    # pod on the node, and judged by that pod's labels, no longer by kube-dns'; without the cache it
    # goes to kube-dns. Where the resolver is an address of the node, as the cache is elsewhere and as
    # Cloud DNS is (the metadata server answers), no pod selector matches it: it takes an address.
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
      to {
        ip_block {
          cidr = "169.254.20.10/32"
        }
      }
      to {
        ip_block {
          cidr = "169.254.169.254/32"
        }
      }
      ports {
        protocol = "UDP"
        port     = "53"
      }
      # Answers that do not fit into one datagram.
      ports {
        protocol = "TCP"
        port     = "53"
      }
    }

    # Metadata server: identity, access tokens, what platform this is. With Dataplane V2 the address
    # that the pod calls is judged; without it, the one that the node rewrites it to.
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
      ports {
        protocol = "TCP"
        port     = "8080"
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
        port     = "987"
      }
      ports {
        protocol = "TCP"
        port     = "988"
      }
    }

    # Google APIs: Cloud Trace and Cloud Storage have public addresses, reached over TLS. There is no
    # way to any other public address: the nodes have none themselves, and no NAT.
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

  lifecycle {
    precondition {
      condition     = local.serverless.otlp_elsewhere == null
      error_message = "otlp_endpoint is ${coalesce(local.serverless.otlp_elsewhere, "unset")}; allowed with GKE: https://*.googleapis.com. Pods reach no other address outside the cluster, because the node has no public address and no NAT. Apply terraform/ without otlp_endpoint first."
    }
  }
}
