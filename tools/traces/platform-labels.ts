/** How people call the platforms that `cloud.platform` names. */
export const PLATFORM_LABELS: Readonly<Record<string, string>> = {
  gcp_cloud_run: 'Cloud Run',
  gcp_kubernetes_engine: 'GKE',
};
