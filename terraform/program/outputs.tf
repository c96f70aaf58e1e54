output "uri" {
  description = "Origin of the service, which is also the audience of its callers' ID tokens."
  value       = google_cloud_run_v2_service.program.uri
}
