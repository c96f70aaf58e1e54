terraform {
  # 1.9: a variable's validation may look at other variables.
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    # All roots ran with the real google 7.45.0 and kubernetes 3.2.1: plan, apply, a second plan without
    # changes, destroy. Version 8 of google is out and untried.
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
  }
}

provider "google" {
  project = var.project_id
  region  = var.region
}
