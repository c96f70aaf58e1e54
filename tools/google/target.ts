import type { Addresses } from '../cli/local-addresses.ts';

/** Which job, and where its traces go. */
export type Target = Readonly<{
  projectId: string;
  region: string;
  jobName: string;
  /** Present where the job is the local system's. */
  local?: Pick<Addresses, 'schedulerAddress' | 'traceReadOrigin'>;
}>;
