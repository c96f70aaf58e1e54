/**
 * Every number by which the two local platforms differ from each other and from the real ones,
 * in one place, each with its reason. Override any of them in startCloudRun / startGke.
 */
import type { ProgramName } from './platform.ts';

/** Milliseconds put in front of one program, to be found again by the comparison. */
export type AddedLatencyMs = Readonly<Record<ProgramName, number>>;

/**
 * The same for every program on both platforms, because a comparison of unequal sizes compares the
 * sizes; as terraform/ sets it by default. CPU and memory are said and not enforced: two limits on
 * one machine's scheduler would say more of it than of the platforms. Concurrency is enforced where
 * the platform does, on Cloud Run; loadgen never has more under way, which bounds GKE alike.
 */
export const SIZING = { cpu: '1', memory: '512Mi', concurrency: 80 } as const;

/**
 * How long a schedule waits for loadgen's answer: Cloud Scheduler's attempt deadline, the CronJob's
 * activeDeadlineSeconds and so Cloud Run's request timeout of loadgen. Beyond any run that loadgen
 * takes on (LOADGEN_MAX_RUN_SECONDS, 170 s by default).
 */
export const RUN_DEADLINE_MS = 600_000;

const NO_LATENCY: AddedLatencyMs = { loadgen: 0, client: 0, server: 0 };

export type CloudRunKnobs = Readonly<{
  billing: 'instance' | 'request';
  rewriteParent: boolean;
  dropSampledFlag: boolean;
  ownSpans: 'always' | 'real' | 'never';
  forcedSpansPerSecond: number;
  ownSpansPerSecond: number;
  addedLatencyMs: AddedLatencyMs;
  minInstances: number;
  maxInstances: number;
  queueMs: number;
  idleMs: number;
  freezeDelayMs: number;
  stopGraceMs: number;
  startupTimeoutMs: number;
  startupPollMs: number;
  requestTimeoutMs: Readonly<Record<ProgramName, number>>;
}>;

export const CLOUD_RUN_KNOBS: CloudRunKnobs = {
  // CPU always allocated: the design's default, because a flush inside a request would bill our
  // own round trip to Cloud Run's latency.
  billing: 'instance',
  // The real front end always puts a span id of its own in place of the caller's.
  rewriteParent: true,
  // Seen in the field on gRPC over HTTP/2, but not always: off unless it is to be looked at.
  dropSampledFlag: false,
  // As the real one: what the caller forces (o=1) up to 10 a second per instance, otherwise
  // 0.1 a second. https://cloud.google.com/run/docs/trace
  ownSpans: 'real',
  forcedSpansPerSecond: 10,
  ownSpansPerSecond: 0.1,
  addedLatencyMs: NO_LATENCY,
  // From zero: the cold start is part of what is compared.
  minInstances: 0,
  // As terraform/ sets it: enough to show scale-out, few enough for a laptop.
  maxInstances: 3,
  // Cloud Run keeps a request pending for up to 10 s (or 3.5 times the average start-up, if that
  // is longer) and answers 429 then. https://cloud.google.com/run/docs/about-instance-autoscaling
  queueMs: 10_000,
  // Cloud Run keeps an idle instance for at most 15 minutes.
  idleMs: 15 * 60_000,
  // Stopping at the very last byte would stretch the server span by the whole stop: the span ends
  // a moment after the response. 5 ms are ample for that and too few to export anything.
  freezeDelayMs: 5,
  // Cloud Run's limit between SIGTERM and SIGKILL.
  stopGraceMs: 10_000,
  // Cloud Run's default TCP start-up probe gives up after 240 s.
  startupTimeoutMs: 240_000,
  // How exactly "ready in N ms" is known. Polling costs the starting process next to nothing.
  startupPollMs: 5,
  // As terraform/ sets client's and server's; loadgen's lasts as long as the local schedule waits.
  requestTimeoutMs: { loadgen: RUN_DEADLINE_MS, client: 60_000, server: 60_000 },
};

/** One kubelet probe, with Kubernetes' own field names and units in the names. */
export type ProbeKnobs = Readonly<{
  periodMs: number;
  timeoutMs: number;
  failureThreshold: number;
  successThreshold: number;
}>;

export type GkeKnobs = Readonly<{
  addedLatencyMs: AddedLatencyMs;
  startupProbe: ProbeKnobs;
  livenessProbe: ProbeKnobs;
  readinessProbe: ProbeKnobs;
  backOffMs: number;
  backOffMaxMs: number;
  backOffResetMs: number;
  terminationGraceMs: number;
  stopGraceMs: number;
  replicas: number;
}>;

export const GKE_KNOBS: GkeKnobs = {
  addedLatencyMs: NO_LATENCY,
  // terraform/gke asks every second, Kubernetes' shortest period; here ten times as often, so that
  // `npm start` is not held up by a probe that came a moment too early. 600 x 100 ms is a minute.
  startupProbe: { periodMs: 100, timeoutMs: 1_000, failureThreshold: 600, successThreshold: 1 },
  // As terraform/gke sets them; thresholds are Kubernetes' defaults.
  readinessProbe: { periodMs: 5_000, timeoutMs: 2_000, failureThreshold: 3, successThreshold: 1 },
  livenessProbe: { periodMs: 30_000, timeoutMs: 5_000, failureThreshold: 3, successThreshold: 1 },
  // CrashLoopBackOff: at once, then 10 s, doubled up to 5 minutes, forgotten after 10 good minutes.
  backOffMs: 10_000,
  backOffMaxMs: 300_000,
  backOffResetMs: 600_000,
  // terminationGracePeriodSeconds of terraform/gke. close() does not wait that long.
  terminationGraceMs: 15_000,
  stopGraceMs: 10_000,
  // One pod of each program, as the codelab's manifests have it.
  replicas: 1,
};
