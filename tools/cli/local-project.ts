/** The project of the local cloud. Traces that carry its id are of a local run, wherever they lie. */
export const LOCAL_PROJECT = {
  projectId: 'shakesapp-local',
  projectNumber: '100000000042',
  region: 'us-central1',
  zone: 'us-central1-f',
} as const;
