import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { QUICK_START } from './environment.ts';
import type { ProgramName } from './platform.ts';

/**
 * Of the caller's variables, those that would send a program's traces, reads or tokens elsewhere than to
 * this system, or that belong to the process above. All others reach it: a toolchain needs its own.
 */
const NOT_PASSED_ON =
  /^(OTEL_|GOOGLE_|GCLOUD_|GCE_METADATA_|CLOUDSDK_|CLOUD_TRACE_|K_|KUBERNETES_|STORAGE_|WORKS_|LOADGEN_|SERVER_|CLIENT_ADDR$|KNOWN_QUERIES$|SPAN_|MISSING_SAMPLED_FLAG$|HEALTH_CHECK_SPANS$|SHUTDOWN_TIMEOUT_MS$|ALLOW_PLAINTEXT_UPSTREAM$|NODE_TEST_CONTEXT$|NODE_COMPILE_CACHE$)/;

/** Propagators that every SDK has; Google's own is an extra package, and an SDK without it stops. */
const COMMON_PROPAGATORS: ReadonlySet<string> = new Set([
  'tracecontext',
  'b3',
  'b3multi',
  'baggage',
]);

/** Hosts of this machine, which no proxy can reach. */
const LOOPBACK = 'localhost,127.0.0.1,::1';

/**
 * What the program of another language is told. `own`: the variables that our own program in its place
 * would have. docs/contract.md lists the result.
 */
export function replacementVariables(options: {
  program: ProgramName;
  own: Readonly<Record<string, string>>;
  metadataHost: string;
  storageOrigin: string;
  certFile: string;
  caller: NodeJS.ProcessEnv;
  /** Resource attributes that say on which platform it runs, for an SDK without a detector. */
  platform: Readonly<Record<string, string>>;
}): Record<string, string> {
  const { own, metadataHost, storageOrigin, certFile, caller } = options;
  const { PATH: _, ...rest } = own;
  const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => !(name in QUICK_START)));
  const trustFile = writeTrustFile(certFile, caller);
  const noProxy = [caller.NO_PROXY ?? caller.no_proxy, LOOPBACK].filter(Boolean).join(',');
  return {
    ...kept,
    OTEL_RESOURCE_ATTRIBUTES: foreignAttributes(own.OTEL_RESOURCE_ATTRIBUTES, options.platform),
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    // An SDK sends these too by default, and the local cloud has no place for them.
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_PROPAGATORS: commonPropagators(own.OTEL_PROPAGATORS ?? ''),
    ...(options.program === 'server' && { STORAGE_EMULATOR_HOST: storageOrigin }),
    // Google's library for Python reads the other two.
    GCE_METADATA_HOST: metadataHost,
    GCE_METADATA_IP: metadataHost,
    GCE_METADATA_ROOT: metadataHost,
    // Each library has a name for it. They know this authority and the public ones, so that a
    // command that first downloads its packages works too.
    SSL_CERT_FILE: trustFile,
    REQUESTS_CA_BUNDLE: trustFile,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: trustFile,
    NODE_EXTRA_CA_CERTS: certFile,
    NO_PROXY: noProxy,
    no_proxy: noProxy,
  };
}

/** The caller's own variables, below those of the program. */
export function withCaller(
  variables: Readonly<Record<string, string>>,
  caller: NodeJS.ProcessEnv,
): Record<string, string> {
  const passedOn = Object.entries(caller).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !NOT_PASSED_ON.test(entry[0]),
  );
  return { ...Object.fromEntries(passedOn), ...variables };
}

function commonPropagators(names: string): string {
  const common = names.split(',').filter((name) => COMMON_PROPAGATORS.has(name));
  return common.join(',') || 'none';
}

/** Without the sizes that only our own programs are started with. */
function foreignAttributes(own = '', platform: Readonly<Record<string, string>>): string {
  const kept = own
    .split(',')
    .filter(
      (pair) =>
        !pair.startsWith('shakesapp.config.') || pair.startsWith(`${ATTR.configAddedLatency}=`),
    );
  const added = Object.entries(platform).map(
    ([key, value]) => `${key}=${encodeURIComponent(value)}`,
  );
  return [...kept, ...added].join(',');
}

/** Beside the authority's certificate, and removed with it. */
function writeTrustFile(certFile: string, caller: NodeJS.ProcessEnv): string {
  const file = join(dirname(certFile), 'trusted.pem');
  if (existsSync(file)) return file;
  const callers = caller.SSL_CERT_FILE;
  const publicOnes =
    callers !== undefined && existsSync(callers)
      ? readFileSync(callers, 'utf8')
      : getCACertificates('default').join('\n');
  writeFileSync(file, `${readFileSync(certFile, 'utf8')}\n${publicOnes}\n`);
  return file;
}
