import { type Clock, systemClock } from '../../../lib/clock.ts';
import type { ServiceName } from '../../../lib/telemetry/names.ts';
import type { Authority } from '../cloud/identity/certificates.ts';
import type { MetadataOptions, MetadataServer } from '../cloud/identity/metadata.ts';
import type { TokenIssuer } from '../cloud/identity/tokens.ts';
import type { TraceStore } from '../cloud/trace/store.ts';
import type { Replacement } from './replacement.ts';

export type PlatformName = 'cloud_run' | 'gke';
export type ProgramName = ServiceName;

/** The system's clock with fractions of a millisecond: the platforms write spans by it. */
export const platformClock: Clock = {
  ...systemClock,
  epochMs: () => performance.timeOrigin + performance.now(),
};

/** What both platforms give their programs, so that only the platform differs. */
export type ProgramSettings = Readonly<{
  worksBucket: string;
  worksPrefix: string;
  worksCache: 'keep' | 'per-request';
  /** Query to the number of lines that contain it, for loadgen and client. */
  knownQueries: Readonly<Record<string, number>>;
  /** OTEL_TRACES_EXPORTER, for example 'gcp_trace' or 'gcp_trace,otlp'. */
  exporter: string;
  /** OTEL_PROPAGATORS. */
  propagators: string;
  /** OTEL_TRACES_SAMPLER and its argument; the program's default where absent. */
  sampler?: Readonly<{ name: string; arg?: string }>;
  imageTag: string;
  cpu: string;
  memory: string;
  concurrency: number;
  /** Wins over everything that the platform sets. */
  extraEnv?: Readonly<Partial<Record<ProgramName, Readonly<Record<string, string>>>>>;
  /** What runs instead of the real programs (tests): arguments to node. */
  entries?: Readonly<Partial<Record<ProgramName, readonly string[]>>>;
  /** Programs in other languages, in the place of ours. */
  replaced?: Readonly<Partial<Record<ProgramName, Replacement>>>;
  /** The environment of whoever started the system: a replacement's toolchain needs its own. */
  caller?: NodeJS.ProcessEnv;
}>;

/** What the platforms use of the local cloud; `LocalCloud` has all of it. */
export type CloudAccess = Readonly<{
  projectId: string;
  region: string;
  zone: string;
  authority: Pick<Authority, 'certFile' | 'issue'>;
  tokens: Pick<TokenIssuer, 'verifyIdToken'>;
  /** The e-mail address of one of the project's service accounts. */
  serviceAccount(name: string): string;
  startMetadataServer(
    options: Pick<MetadataOptions, 'platform' | 'instanceId' | 'serviceAccountEmail'>,
  ): Promise<MetadataServer>;
  traceStore: Pick<TraceStore, 'write' | 'annotate'>;
  storageOrigin: string;
  traceWriteAddress: string;
  otlpOrigin: string;
  /** An empty folder for CLOUDSDK_CONFIG: a laptop's own credentials must not win. */
  configDir: string;
}>;

/** `frozen`: its CPU is stopped (request-based billing). `stopping`: has been sent SIGTERM. */
export type InstanceState = 'starting' | 'ready' | 'frozen' | 'stopping' | 'exited';

/** One container instance of Cloud Run, or one container run of a pod. */
export type InstanceView = Readonly<{
  program: ProgramName;
  /** Cloud Run's instance id, or the pod's name (kept when its container restarts). */
  instanceId: string;
  /** 0 where somebody else started it. */
  pid: number;
  startedAt: Date;
  state: InstanceState;
}>;

type EventBase = Readonly<{ platform: PlatformName; program: ProgramName; instanceId: string }>;

export type PlatformEvent = EventBase &
  Readonly<
    | { type: 'starting'; pid: number; reason: string }
    /** Somebody else starts it; `environmentFile` has the variables that it needs. */
    | { type: 'awaited'; address: string; environmentFile: string }
    | { type: 'ready'; afterMs: number }
    | { type: 'frozen' }
    | { type: 'thawed' }
    | { type: 'stopping'; reason: string }
    | { type: 'killed'; reason: string }
    | { type: 'exited'; code: number | null; signal: NodeJS.Signals | null; ranMs: number }
    | { type: 'failed'; reason: string }
    /** Its readiness probe failed: no new connections until it succeeds again. */
    | { type: 'unready' }
    /** CrashLoopBackOff: started again after this time. */
    | { type: 'backing-off'; delayMs: number }
    /** The CronJob's run ended with loadgen's answer, or did not take place. */
    | { type: 'fired'; minute: Date; status: number; body: unknown }
    | { type: 'skipped'; minute: Date; reason: string }
    /** A request that no container saw; `instanceId` is empty. */
    | { type: 'refused'; status: number; reason: string }
  >;

export type LogLine = Readonly<{
  platform: PlatformName;
  program: ProgramName;
  instanceId: string;
  /** A JSON object where the line was one, else its text. */
  line: Readonly<Record<string, unknown>> | string;
}>;

/** The headers that link a trace, on one hop through Cloud Run's front end. */
export type HeadersSeen = Readonly<{
  program: ProgramName;
  /** By the caller. */
  sent: Readonly<Record<string, string>>;
  /** By the container. */
  received: Readonly<Record<string, string>>;
}>;

/** How one process ended, and what its telemetry reports about its spans at shutdown. */
export type ProcessReport = Readonly<{
  program: ProgramName;
  instanceId: string;
  pid: number;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** From the log line 'telemetry stopped'; absent where the process was killed before it. */
  spans?: Readonly<{ started: number; ended: number; stored: number; lost: number }>;
}>;

export type FireResult = Readonly<{ status: number; body: unknown }>;

export type Platform = Readonly<{
  name: PlatformName;
  /** Where the schedule posts to. */
  loadgenUrl: string;
  /** Cloud Run only: audience of the ID token that the schedule must bring, and whose it must be. */
  loadgenAudience?: string;
  schedulerServiceAccount?: string;
  clientUrl: string;
  serverAddress: string;
  instances(): readonly InstanceView[];
  /**
   * GKE only: fires the CronJob by hand. Resolves with loadgen's answer, or undefined where the last
   * run has not ended (concurrencyPolicy Forbid).
   */
  fire?(body: Readonly<Record<string, unknown>>, minute: Date): Promise<FireResult | undefined>;
  onLog(listener: (line: LogLine) => void): () => void;
  onEvent(listener: (event: PlatformEvent) => void): () => void;
  /** Of every process that has ended so far; complete after close(). */
  reports(): readonly ProcessReport[];
  /** SIGTERM in the order of the calls, SIGKILL after 10 s; leaves no process and no port. */
  close(): Promise<void>;
}>;

export type PlatformOptions = Readonly<{
  cloud: CloudAccess;
  settings: ProgramSettings;
  /** How many times as long deadlines are, because the machine is slow; 1 where absent. */
  slowness?: () => number;
  /** Ends the wait for programs that somebody else starts. */
  signal?: AbortSignal;
  onLog?: (line: LogLine) => void;
  onEvent?: (event: PlatformEvent) => void;
}>;
