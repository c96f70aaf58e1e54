import { LOCAL_QUERIES, WORKS_BUCKET, WORKS_PREFIX } from '../cloud/storage/works.ts';
import { type CloudAddresses, programArguments, programEnvironment } from './environment.ts';
import type { ProgramName, ProgramSettings } from './platform.ts';

/**
 * NODE_OPTIONS with what Node 26 takes by itself in a container of 512 MiB, beside the programs' options.
 */
export const CONTAINER_HEAP = '--max-old-space-size=256';

/** What each program is told; a caller says where it differs. */
export const SETTINGS: Omit<ProgramSettings, 'imageTag'> = {
  worksBucket: WORKS_BUCKET,
  worksPrefix: WORKS_PREFIX,
  worksCache: 'keep',
  knownQueries: LOCAL_QUERIES,
  exporter: 'gcp_trace',
  propagators: 'gcp_trace,tracecontext,b3',
  cpu: '1',
  memory: '512Mi',
  concurrency: 80,
};

/** Arguments and environment of one program as on GKE, with no platform around it. */
export function programCommand(options: {
  program: ProgramName;
  /** The name of its pod. */
  pod: string;
  cloud: CloudAddresses;
  metadataHost: string;
  settings: Partial<ProgramSettings> & Pick<ProgramSettings, 'imageTag'>;
  /** Variables that go before all others. */
  env: Readonly<Record<string, string>>;
  upstream?: Readonly<Record<string, string>>;
}): Readonly<{ args: readonly string[]; env: Record<string, string> }> {
  const { program, pod, cloud, metadataHost, env, upstream = {} } = options;
  const settings = { ...SETTINGS, ...options.settings, extraEnv: { [program]: env } };
  return {
    args: programArguments(program, settings),
    env: programEnvironment({
      program,
      port: 0,
      metadataHost,
      cloud,
      settings,
      billing: 'node',
      slowness: 1,
      addedLatencyMs: 0,
      resourceAttributes: { 'k8s.pod.name': pod },
      upstream,
      platformEnv: { KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc' },
    }),
  };
}
