import type { ServiceName } from '../../../lib/telemetry/names.ts';
import type { GoogleApi } from './google-api.ts';
import type { PreflightOptions } from './options.ts';

/** What is wrong, and the command that fixes it. */
export type Finding = Readonly<{ text: string; fix?: string }>;

/** A deployed service, as far as the checks need it. */
export type DeployedService = Readonly<{
  name: ServiceName;
  uri: string;
  /** E-mail address. */
  serviceAccount: string;
  env: Readonly<Record<string, string>>;
}>;

/** The overlay's cluster, as far as the checks need it. */
export type Cluster = Readonly<{
  /** Zone or region. */
  location: string;
  /** E-mail addresses that its nodes run as. */
  nodeAccounts: readonly string[];
}>;

export type Context = Readonly<{
  options: PreflightOptions;
  api: GoogleApi;
  signal: AbortSignal;
  /** Filled by the check `services`, which the later ones depend on. */
  services: Map<ServiceName, DeployedService>;
  /** Filled by the check `cluster`: at most one, none where there is no overlay on GKE. */
  clusters: Cluster[];
}>;

/** There is nothing to check, for this reason. */
export type Skipped = Readonly<{ skipped: string }>;

export type Check = Readonly<{
  id: string;
  /** What is true where the check passes. */
  title: string;
  /** Ids of checks without which this one would only repeat their findings. */
  after: readonly string[];
  /** Empty where all is well. What it throws becomes a finding by `explain`. */
  run(context: Context): Promise<readonly Finding[] | Skipped>;
}>;

export type Result = Readonly<{
  id: string;
  title: string;
  status: 'passed' | 'failed' | 'skipped' | 'not asked';
  findings: readonly Finding[];
  /** Why it was skipped. */
  reason?: string;
}>;
