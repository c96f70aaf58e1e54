import type { ServiceName } from '../../../lib/telemetry/names.ts';
import type { GoogleApi } from './google-api.ts';
import type { PreflightOptions } from './options.ts';

/** One thing that was looked at: well, or what is wrong and the command that fixes it. */
export type Finding = Readonly<{ text: string; cure?: string }>;

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

/** There is nothing to look at, for this reason: neither well nor wrong. */
export type Skipped = Readonly<{ skipped: string }>;

export type Check = Readonly<{
  id: string;
  /** What is so where the check passes. */
  title: string;
  /** Ids of checks without which this one would only repeat their findings. */
  after: readonly string[];
  /** Empty where all is well. What it throws becomes a finding with the cure of `explain`. */
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
