import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ATTR, SERVICE_NAMESPACE } from '../../../lib/telemetry/names.ts';
import { programDeadlines } from './deadlines.ts';
import type { CloudAccess, ProgramName, ProgramSettings } from './platform.ts';

/** The working directory of the programs: the folder that the images hold too. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/**
 * Makes a start from sources cheaper. Stripped types and compiled code are kept, where the command line
 * has its cache too; and Node does not look for symbolic links in the path of each of 900 files.
 */
export const QUICK_START = {
  NODE_COMPILE_CACHE: join(REPOSITORY, 'node_modules/.cache/shakesapp'),
  NODE_PRESERVE_SYMLINKS: '1',
  NODE_PRESERVE_SYMLINKS_MAIN: '1',
} as const;

/** As the images have it; V8 would take it from the memory of the machine. */
export const YOUNG_SPACE = '--max-semi-space-size=16';

const ENTRY: Readonly<Record<ProgramName, string>> = {
  loadgen: './functions/loadgen/main.ts',
  client: './services/client/main.ts',
  server: './services/server/main.ts',
};

/**
 * Arguments to node, as the images' command has them, but for the first size of the space for young
 * objects.
 */
export function programArguments(
  program: ProgramName,
  settings: ProgramSettings,
): readonly string[] {
  return (
    settings.entries?.[program] ?? [
      // Otherwise Google's archived packages print plain text between the JSON log lines.
      '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR',
      '--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER',
      YOUNG_SPACE,
      // Fewer garbage collections during a start. With 16, new pages cost what the collections save.
      '--min-semi-space-size=4',
      // First: from here on a signal ends the program.
      '--require',
      './lib/telemetry/early-signal.cjs',
      '--import',
      './lib/telemetry/preload.ts',
      ENTRY[program],
    ]
  );
}

/** Of the local cloud, what a program has to know. */
export type CloudAddresses = Pick<
  CloudAccess,
  'projectId' | 'otlpOrigin' | 'traceWriteAddress' | 'configDir' | 'storageOrigin'
> &
  Readonly<{ authority: Readonly<{ certFile: string }> }>;

/**
 * All environment variables of one program. None of the caller's are passed on, so that a laptop's
 * credentials, proxies or OTEL_ variables cannot change what is compared.
 */
export function programEnvironment(options: {
  program: ProgramName;
  port: number;
  metadataHost: string;
  cloud: CloudAddresses;
  settings: ProgramSettings;
  billing: 'instance' | 'request' | 'node';
  slowness: number;
  /** Added on purpose and stated, so that no comparison takes it for a finding. */
  addedLatencyMs: number;
  /** What only the platform knows. */
  resourceAttributes: Readonly<Record<string, string>>;
  platformEnv: Readonly<Record<string, string>>;
  /** The address of the program that this one calls. */
  upstream: Readonly<Record<string, string>>;
}): Record<string, string> {
  const { program, cloud, settings } = options;
  return {
    PATH: dirname(process.execPath),
    ...QUICK_START,
    // A container listens on every interface; on a laptop nobody else may reach it.
    HOST: '127.0.0.1',
    PORT: String(options.port),
    GOOGLE_CLOUD_PROJECT: cloud.projectId,
    OTEL_SERVICE_NAME: program,
    OTEL_RESOURCE_ATTRIBUTES: renderAttributes({
      'service.namespace': SERVICE_NAMESPACE,
      'service.version': settings.imageTag,
      [ATTR.configCpu]: settings.cpu,
      [ATTR.configMemory]: settings.memory,
      [ATTR.configConcurrency]: String(settings.concurrency),
      [ATTR.configBilling]: options.billing,
      ...(program === 'server' && { [ATTR.configWorksCache]: settings.worksCache }),
      ...(options.addedLatencyMs > 0 && {
        [ATTR.configAddedLatency]: `${options.addedLatencyMs} ms`,
      }),
      ...options.resourceAttributes,
    }),
    OTEL_TRACES_EXPORTER: settings.exporter,
    OTEL_PROPAGATORS: settings.propagators,
    ...(settings.sampler && { OTEL_TRACES_SAMPLER: settings.sampler.name }),
    ...(settings.sampler?.arg && { OTEL_TRACES_SAMPLER_ARG: settings.sampler.arg }),
    OTEL_EXPORTER_OTLP_ENDPOINT: cloud.otlpOrigin,
    CLOUD_TRACE_API_ENDPOINT: cloud.traceWriteAddress,
    GCE_METADATA_HOST: options.metadataHost,
    CLOUDSDK_CONFIG: cloud.configDir,
    NODE_EXTRA_CA_CERTS: cloud.authority.certFile,
    // grpc-js reads this one instead, and some machines preset it.
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: cloud.authority.certFile,
    ...(program === 'server' && {
      WORKS_BUCKET: settings.worksBucket,
      WORKS_PREFIX: settings.worksPrefix,
      WORKS_CACHE: settings.worksCache,
      STORAGE_API_ENDPOINT: cloud.storageOrigin,
    }),
    ...(program !== 'server' && { KNOWN_QUERIES: JSON.stringify(settings.knownQueries) }),
    ...programDeadlines(program, options.slowness),
    ...options.upstream,
    ...options.platformEnv,
    ...settings.extraEnv?.[program],
  };
}

/** OTEL_RESOURCE_ATTRIBUTES: comma-separated, values percent-encoded as the specification says. */
export function renderAttributes(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join(',');
}
