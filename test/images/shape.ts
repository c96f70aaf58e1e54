import { SERVICES, type ServiceName } from '../../lib/telemetry/names.ts';
import type { MetadataServer } from '../../tools/local/cloud/identity/metadata.ts';
import type { LocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import { environmentOf } from '../terraform/environment.ts';
import type { PlannedProgram } from '../terraform/planned-environment.ts';
import { type Container, startContainer } from './container.ts';
import type { ContainerTools } from './container-tools.ts';

export type PlatformName = 'cloud_run' | 'gke';
export type Programs = Readonly<Record<ServiceName, PlannedProgram>>;

/** Where the local authority's certificate lies in each container. */
const AUTHORITY = '/etc/shakesapp-authority.pem';

/** Each program gets a separate loopback address, the same on every run. */
export const hostOf = (platform: PlatformName, program: ServiceName) =>
  `127.0.${platform === 'cloud_run' ? 2 : 3}.${SERVICES.indexOf(program) + 1}`;

export type Shape = Readonly<{
  containers: Readonly<Record<ServiceName, Container>>;
  /** Milliseconds from the start of podman to the first success of the planned start-up probe. */
  readyMs: Readonly<Record<ServiceName, number>>;
  /** SIGTERM in the order of the calls; the exit code of each. */
  stop(): Promise<Readonly<Record<ServiceName, number | null>>>;
  close(): Promise<void>;
}>;

/**
 * The three containers of one platform with the environment that terraform plans for them. Two
 * things are not the plan's: where the container listens on this machine (HOST), and where it finds
 * Google (the local cloud). `names` says where on this machine a planned host name is.
 */
export async function startShape(options: {
  tools: ContainerTools;
  cloud: LocalCloud;
  platform: PlatformName;
  programs: Programs;
  images: Readonly<Record<ServiceName, string>>;
  names: Readonly<Record<string, string>>;
}): Promise<Shape> {
  const { platform, programs } = options;
  const containers: Partial<Record<ServiceName, Container>> = {};
  const readyMs: Partial<Record<ServiceName, number>> = {};
  const metadata: MetadataServer[] = [];
  const close = async () => {
    for (const container of Object.values(containers)) await container.close();
    for (const server of metadata) await server.close();
  };
  try {
    for (const name of ['server', 'client', 'loadgen'] as const) {
      const program = programs[name];
      const own = await options.cloud.startMetadataServer({
        platform,
        instanceId: platform === 'gke' ? '1234567890' : 'a1b2c3',
        serviceAccountEmail: emailOf(program, options.cloud),
      });
      metadata.push(own);
      const container = await startContainer(options.tools, {
        name: `shakesapp-${platform.replace('_', '-')}-${name}`,
        image: options.images[name],
        host: hostOf(platform, name),
        port: program.port,
        env: {
          ...PLATFORM[platform](name),
          ...environmentOf(program),
          HOST: hostOf(platform, name),
          ...googleEnvironment(name, options.cloud, own.host),
        },
        limits: program.limits,
        userId: program.userId,
        command: program.command,
        args: program.args,
        hosts: options.names,
        files: { [options.cloud.authority.certFile]: AUTHORITY },
      });
      containers[name] = container;
      const { startup } = program.probes;
      if (!startup) throw new Error(`no start-up probe is planned for ${name} on ${platform}`);
      readyMs[name] = await container.ready(startup);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const started = containers as Record<ServiceName, Container>;
  return {
    containers: started,
    readyMs: readyMs as Record<ServiceName, number>,
    async stop() {
      const codes: Partial<Record<ServiceName, number | null>> = {};
      for (const name of ['loadgen', 'client', 'server'] as const) {
        codes[name] = await started[name].stop();
      }
      return codes as Record<ServiceName, number | null>;
    },
    close,
  };
}

/** What the platform itself adds to every container. */
const PLATFORM: Record<PlatformName, (name: ServiceName) => Record<string, string>> = {
  cloud_run: (name) => ({
    K_SERVICE: name,
    K_CONFIGURATION: name,
    K_REVISION: `${name}-00001-abc`,
  }),
  gke: () => ({ KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc' }),
};

/** The addresses of Google's services, and whom to trust there. */
function googleEnvironment(
  name: ServiceName,
  cloud: LocalCloud,
  metadataHost: string,
): Record<string, string> {
  return {
    GCE_METADATA_HOST: metadataHost,
    CLOUD_TRACE_API_ENDPOINT: cloud.traceWriteAddress,
    NODE_EXTRA_CA_CERTS: AUTHORITY,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: AUTHORITY,
    ...(name === 'server' && { STORAGE_API_ENDPOINT: cloud.storageOrigin }),
  };
}

/** A Kubernetes account stands for itself in IAM; the local cloud knows accounts of the project. */
const emailOf = (program: PlannedProgram, cloud: LocalCloud): string =>
  program.serviceAccount.includes('@')
    ? program.serviceAccount
    : cloud.serviceAccount(program.serviceAccount);
