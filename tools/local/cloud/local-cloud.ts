import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../lib/clock.ts';
import { LOCAL_PROJECT } from '../../cli/local-project.ts';
import { createClosers } from '../closers.ts';
import { createFaults, type Faults } from './faults.ts';
import { type Authority, createAuthority } from './identity/certificates.ts';
import {
  type MetadataOptions,
  type MetadataServer,
  startMetadataServer,
} from './identity/metadata.ts';
import { createTokenIssuer, type TokenIssuer } from './identity/tokens.ts';
import { type SchedulerService, startScheduler } from './scheduler/scheduler.ts';
import { type StorageService, startStorage } from './storage/storage.ts';
import { readOwnWorks, readPlays, WORKS_BUCKET } from './storage/works.ts';
import { startOtlp } from './trace/otlp.ts';
import { createQuota, TRACE_QUOTAS, type TraceQuotas } from './trace/quota.ts';
import { startTraceRead } from './trace/read.ts';
import { createTraceStore, type TraceStore } from './trace/store.ts';
import { startTraceWrite } from './trace/write.ts';

export type LocalCloudOptions = Readonly<{
  /** A folder of texts to serve instead of the bundled plays. */
  works?: string;
  /** Default: the real quotas of Cloud Trace. */
  quotas?: TraceQuotas;
  /** How many objects of a bucket one page lists. */
  objectsPerPage?: number;
  /** With more spans, the oldest traces are removed. */
  maxSpans?: number;
  /** Each request of OTLP whose spans are stored, decoded. */
  onOtlpRequest?: (request: unknown) => void;
  /** The time of tokens, quotas and schedules; certificates use the machine's. */
  clock?: Clock;
}>;

export type LocalCloud = Readonly<{
  projectId: string;
  projectNumber: string;
  region: string;
  zone: string;
  authority: Authority;
  tokens: TokenIssuer;
  traceStore: TraceStore;
  storage: StorageService;
  storageOrigin: string;
  /** By name: gRPC checks the name against the certificate, and the exporter needs a name. */
  traceWriteAddress: string;
  /** Cloud Trace v1, for the client library's `rootUrl`. */
  traceReadOrigin: string;
  /** For OTEL_EXPORTER_OTLP_ENDPOINT, which is without a path. */
  otlpOrigin: string;
  /** Why the last requests to it were refused. */
  otlpRefusals(): readonly string[];
  /** gRPC in plain text. */
  schedulerAddress: string;
  scheduler: SchedulerService;
  faults: Faults;
  /** An empty folder for CLOUDSDK_CONFIG, so that a laptop's own credentials are not found. */
  configDir: string;
  /** The e-mail address of one of the project's service accounts. */
  serviceAccount(name: string): string;
  startMetadataServer(
    options: Pick<MetadataOptions, 'platform' | 'instanceId' | 'serviceAccountEmail'>,
  ): Promise<MetadataServer>;
  close(): Promise<void>;
}>;

const MOST_REFUSALS = 20;

/** Starts every service of the local cloud on loopback; close() ends them and removes the files. */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const { projectId, projectNumber } = LOCAL_PROJECT;
  const clock = options.clock ?? systemClock;
  const works = await (options.works === undefined ? readPlays() : readOwnWorks(options.works));
  const directory = await mkdtemp(join(tmpdir(), 'shakesapp-cloud-'));
  // Closed in the reverse order of their start, also where a later one fails to start.
  const closers = createClosers();
  closers.add(() => rm(directory, { recursive: true, force: true }));
  try {
    const configDir = join(directory, 'gcloud');
    await mkdir(configDir);
    const [authority, tokens] = await Promise.all([
      createAuthority(directory),
      createTokenIssuer({ clock }),
    ]);
    const faults = createFaults();
    const traceStore = createTraceStore({
      projectId,
      ...(options.maxSpans !== undefined && { maxSpans: options.maxSpans }),
    });
    const quotas = options.quotas ?? TRACE_QUOTAS;
    const quota = (metric: string, perMinute: number) =>
      createQuota({ metric, perMinute, projectNumber, clock });
    const writes = quota('Write requests', quotas.writesPerMinute);

    const storage = await startStorage({
      tokens,
      projectId,
      faults,
      ...(options.objectsPerPage !== undefined && { mostPerPage: options.objectsPerPage }),
    });
    closers.add(storage.close);
    storage.objects.createBucket(WORKS_BUCKET);
    for (const work of works) storage.objects.put(WORKS_BUCKET, work);

    const certificate = await authority.issue(['localhost', '127.0.0.1', '::1']);
    const traceWrite = await startTraceWrite({
      store: traceStore,
      tokens,
      certificate,
      quota: writes,
      faults,
    });
    closers.add(traceWrite.close);

    const refusals: string[] = [];
    const otlp = await startOtlp({
      store: traceStore,
      tokens,
      quota: writes,
      faults,
      onRequest: options.onOtlpRequest,
      onRefusal(reason) {
        refusals.push(reason);
        if (refusals.length > MOST_REFUSALS) refusals.shift();
      },
    });
    closers.add(otlp.close);

    const traceRead = await startTraceRead({
      store: traceStore,
      projectNumber,
      tokens,
      quota: quota('Read units', quotas.readUnitsPerMinute),
      faults,
    });
    closers.add(traceRead.close);

    const scheduler = await startScheduler({
      ...LOCAL_PROJECT,
      tokens,
      authority,
      faults,
      clock,
    });
    closers.add(scheduler.close);

    return {
      ...LOCAL_PROJECT,
      authority,
      tokens,
      traceStore,
      storage,
      storageOrigin: storage.origin,
      traceWriteAddress: `localhost:${traceWrite.port}`,
      traceReadOrigin: traceRead.origin,
      otlpOrigin: otlp.origin,
      otlpRefusals: () => refusals,
      schedulerAddress: `localhost:${scheduler.port}`,
      scheduler,
      faults,
      configDir,
      serviceAccount: (name) => `${name}@${projectId}.iam.gserviceaccount.com`,
      startMetadataServer: (own) =>
        startMetadataServer({ ...LOCAL_PROJECT, tokens, faults, ...own }),
      close: closers.closeAll,
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}
