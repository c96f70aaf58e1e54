output "uri" {
  description = "Origin of the service, which is the audience of its callers' ID tokens too."
  value       = google_cloud_run_v2_service.program.uri
}
