import type { LocalCloud } from '../local/cloud/local-cloud.ts';
import type { ProgramName } from '../local/platforms/platform.ts';
import { programCommand } from '../local/platforms/program-command.ts';
import { replacementVariables } from '../local/platforms/replacement-environment.ts';
import { BUCKET, KNOWN_QUERIES, PREFIX } from './texts.ts';

const POD = 'conformance';

/** What the spans of the program have to say of it. */
export const RESOURCE: Readonly<Record<string, string>> = {
  'cloud.platform': 'gcp_kubernetes_engine',
  'k8s.pod.name': POD,
};

/** What the program under test is told: as `npm start -- --replace` tells it, of these texts. */
export function testedVariables(options: {
  program: ProgramName;
  cloud: LocalCloud;
  metadataHost: string;
  host: string;
  port: number;
  upstream: Readonly<Record<string, string>>;
  caller: NodeJS.ProcessEnv;
}): Record<string, string> {
  const { program, cloud, metadataHost, host, port, caller } = options;
  const { env: own } = programCommand({
    program,
    pod: POD,
    cloud,
    metadataHost,
    settings: {
      imageTag: 'conformance',
      worksBucket: BUCKET,
      worksPrefix: PREFIX,
      knownQueries: KNOWN_QUERIES,
    },
    env: {},
    upstream: options.upstream,
  });
  const { KUBERNETES_SERVICE_HOST: _, ...kept } = own;
  return {
    ...replacementVariables({
      program,
      own: kept,
      metadataHost,
      storageOrigin: cloud.storageOrigin,
      certFile: cloud.authority.certFile,
      caller,
      platform: {
        'gcp.project_id': cloud.projectId,
        'cloud.platform': 'gcp_kubernetes_engine',
      },
    }),
    // Soon enough to wait for; the default is 5 s.
    OTEL_BSP_SCHEDULE_DELAY: '500',
    // An address, since not every program resolves a name to listen.
    HOST: host === 'localhost' ? '127.0.0.1' : host,
    PORT: String(port),
  };
}
