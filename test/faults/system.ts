import { createClosers } from '../../tools/local/closers.ts';
import { type LocalCloud, startLocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import { REPOSITORY } from '../../tools/local/platforms/environment.ts';
import { startGuardian } from '../../tools/local/platforms/guardian.ts';
import type { ProgramName, ProgramSettings } from '../../tools/local/platforms/platform.ts';
import { CONTAINER_HEAP, programCommand } from '../../tools/local/platforms/program-command.ts';
import { type BackendFront, keyOfStorage, startBackendFront } from './backend-front.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { FORM } from './form.ts';
import type { IdentityFront } from './identity-front.ts';
import { type LinkName, startLinks } from './links.ts';
import { type Ended, type Process, startProcess } from './process.ts';

export type SystemOptions = Readonly<{
  /** Environment variables of all programs, and of one. */
  env?: Readonly<Partial<Record<ProgramName | 'all', Readonly<Record<string, string>>>>>;
  settings?: Partial<ProgramSettings>;
  /** As between services of Cloud Run: TLS, and an ID token that is checked, on both calls. */
  identity?: boolean;
  /** Cloud Trace's quota; by default no row but one about the quota meets it. */
  writesPerMinute?: number;
  /** For a long load: the store forgets the oldest traces beyond this. */
  storedSpans?: number;
}>;

/** The three programs as processes, the local cloud, and a fault proxy on each link. */
export type System = Readonly<{
  cloud: LocalCloud;
  links: Readonly<Record<LinkName, FaultProxy>>;
  /** Before Cloud Storage and the metadata server, behind their links. */
  backends: Readonly<Record<'storage' | 'metadata', BackendFront>>;
  /** With `identity`, what stands before client and server. */
  fronts: Readonly<Partial<Record<'client' | 'server', IdentityFront>>>;
  /** The processes that run now, the newest of each program. */
  programs: Readonly<Record<ProgramName, Process>>;
  /** `http://127.0.0.1:PORT` of loadgen itself, and of the link that leads to client. */
  loadgenOrigin(): string;
  clientOrigin(): string;
  /**
   * Starts a new process of a program, and sends new connections there once it listens. The one
   * before goes on, until the row ends it.
   */
  start(name: ProgramName): Promise<Process>;
  /** SIGTERM in the order of the calls; how every process ended, those of before included. */
  stop(): Promise<readonly Ended[]>;
  /** After stop() or a failure: leaves no process and no port. */
  close(): Promise<void>;
}>;

/**
 * Deadlines that a row is not about are so long that a busy machine meets them. A row that is about
 * one says so in its `env`.
 */
const LONG_DEADLINES: Readonly<Record<ProgramName, Readonly<Record<string, string>>>> = {
  loadgen: { LOADGEN_REQUEST_TIMEOUT_SECONDS: '60', LOADGEN_MAX_RUN_SECONDS: '1790' },
  client: { SERVER_DEADLINE_MS: '50000' },
  server: { WORKS_ATTEMPT_TIMEOUT_MS: '15000' },
};
/** NODE_OPTIONS of a program that runs this script before its own. */
export const withScript = (script: string) =>
  `${CONTAINER_HEAP} --import=data:text/javascript,${encodeURIComponent(script)}`;
const ALL: Readonly<Record<string, string>> = {
  NODE_OPTIONS: CONTAINER_HEAP,
  OTEL_BSP_EXPORT_TIMEOUT: '30000',
  SHUTDOWN_TIMEOUT_MS: '60000',
  // A fault of a second or two meets exports. The full form keeps the default.
  ...(FORM === 'quick' && { OTEL_BSP_SCHEDULE_DELAY: '500' }),
};

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const closers = createClosers();
  try {
    const { writesPerMinute = 1_000_000, storedSpans: maxSpans } = options;
    const quotas = { readUnitsPerMinute: 300, writesPerMinute };
    const cloud = await startLocalCloud({ quotas, ...(maxSpans && { maxSpans }) });
    closers.add(cloud.close);
    const metadata = await cloud.startMetadataServer({
      platform: 'gke',
      instanceId: '1',
      serviceAccountEmail: cloud.serviceAccount('faults'),
    });
    closers.add(metadata.close);
    const backends = {
      storage: await startBackendFront({ origin: cloud.storageOrigin, keyOf: keyOfStorage }),
      metadata: await startBackendFront({
        origin: `http://${metadata.host}`,
        keyOf: ({ pathname }) => pathname,
      }),
    };
    closers.add(backends.storage.close);
    closers.add(backends.metadata.close);
    const { links, fronts, addressOf, target, close } = await startLinks({
      cloud,
      backends,
      identity: options.identity ?? false,
    });
    closers.add(close);
    const guardian = startGuardian();
    closers.add(guardian.close);

    const all: Process[] = [];
    closers.add(() => {
      for (const each of all) each.signal('SIGKILL');
      return Promise.all(all.map((each) => each.ended()));
    });
    const newest: Partial<Record<ProgramName, Process>> = {};
    const ports: Partial<Record<ProgramName, number>> = {};
    const start = async (name: ProgramName) => {
      const { env = {}, settings } = options;
      const command = programCommand({
        program: name,
        pod: `${name}-${all.length}`,
        metadataHost: links.metadata.host,
        cloud: {
          ...cloud,
          traceWriteAddress: `localhost:${links.trace.port}`,
          otlpOrigin: `http://${links.otlp.host}`,
          storageOrigin: `http://${links.storage.host}`,
        },
        settings: { imageTag: 'faults', ...settings },
        env: { ...ALL, ...LONG_DEADLINES[name], ...env.all, ...env[name] },
        upstream: { SERVER_ADDR: addressOf('server'), CLIENT_ADDR: addressOf('client') },
      });
      const started = startProcess({ name, cwd: REPOSITORY, guardian, ...command });
      all.push(started);
      const port = Number((await started.line('listening')).port);
      newest[name] = started;
      ports[name] = port;
      if (name !== 'loadgen') target(name, port);
      return started;
    };
    const [loadgen, client, server] = await Promise.all(PROGRAMS.map(start));
    if (!loadgen || !client || !server) throw new Error('a program is missing');

    return {
      cloud,
      links,
      backends,
      fronts,
      get programs() {
        return { loadgen, client, server, ...newest };
      },
      loadgenOrigin: () => `http://127.0.0.1:${ports.loadgen}`,
      clientOrigin: () => `http://${links.client.host}`,
      start,
      async stop() {
        for (const name of PROGRAMS) {
          await Promise.all(all.filter((each) => each.name === name).map((each) => each.stop()));
        }
        return Promise.all(all.map((each) => each.ended()));
      },
      close: closers.closeAll,
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** In the order of the calls, which is the order of their end. */
const PROGRAMS: readonly ProgramName[] = ['loadgen', 'client', 'server'];
