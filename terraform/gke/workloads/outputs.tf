output "what_next" {
  description = "The commands to run next."
  value = join("\n", [
    "Deployed. Both platforms now send the same load by the schedule '${local.serverless.schedule}' (UTC).",
    "After some runs, compare them:",
    "  npx shakesapp compare --project ${local.serverless.project_id}",
  ])
}
