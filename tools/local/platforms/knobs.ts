/**
 * Every number by which the two local platforms differ from each other and from the real ones, each
 * with its reason. startCloudRun and startGke take others.
 */
import type { ProgramName } from './platform.ts';

/** Milliseconds added in front of a program, for the comparison to find. */
export type AddedLatencyMs = Readonly<Record<ProgramName, number>>;

/**
 * The same for every program on both platforms, because a comparison of unequal sizes compares the
 * sizes; the defaults of terraform/. CPU and memory are stated but not enforced: limits within one
 * machine would measure its scheduler, not the platforms. Cloud Run enforces concurrency; loadgen
 * never has more requests under way, so the bound is the same on GKE.
 */
export const SIZING = { cpu: '1', memory: '512Mi', concurrency: 80 } as const;

/**
 * How long a schedule waits for loadgen's answer: Cloud Scheduler's attempt deadline, the CronJob's
 * activeDeadlineSeconds and so Cloud Run's request timeout for loadgen. Longer than any run that
 * loadgen accepts (LOADGEN_MAX_RUN_SECONDS, 170 s by default).
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
  startupProbeTimeoutMs: number;
  requestTimeoutMs: Readonly<Record<ProgramName, number>>;
}>;

export const CLOUD_RUN_KNOBS: CloudRunKnobs = {
  // CPU always allocated: the default, because a flush inside a request would add our export's
  // round trip to Cloud Run's latency.
  billing: 'instance',
  // The real front end always replaces the caller's span id by another one.
  rewriteParent: true,
  // Seen in the field on gRPC over HTTP/2, but not always: off by default.
  dropSampledFlag: false,
  // As the real one: up to 10 spans a second per instance where the caller asks (o=1), otherwise
  // 0.1 a second. https://cloud.google.com/run/docs/trace
  ownSpans: 'real',
  forcedSpansPerSecond: 10,
  ownSpansPerSecond: 0.1,
  addedLatencyMs: NO_LATENCY,
  // From zero: cold starts are compared too.
  minInstances: 0,
  // As terraform/ sets it: enough to show scaling out, few enough for a laptop.
  maxInstances: 3,
  // Cloud Run keeps a request pending for up to 10 s (or 3.5 times the average start-up, if that
  // is longer) and answers 429 then. https://cloud.google.com/run/docs/about-instance-autoscaling
  queueMs: 10_000,
  // Cloud Run keeps an idle instance for at most 15 minutes.
  idleMs: 15 * 60_000,
  // The server span ends shortly after the response: a stop at the last byte would lengthen the
  // span by the stop. 5 ms are enough for that and too short to export anything.
  freezeDelayMs: 5,
  // Cloud Run's limit between SIGTERM and SIGKILL.
  stopGraceMs: 10_000,
  // As terraform/ sets the start-up probe: 60 failures, one a second.
  startupTimeoutMs: 60_000,
  // terraform/ probes every second, Cloud Run's shortest period. Here more often: this is the
  // precision of "ready after N ms".
  startupPollMs: 5,
  // As terraform/ sets it.
  startupProbeTimeoutMs: 1_000,
  // As terraform/ sets client's and server's; loadgen's lasts as long as the local schedule waits.
  requestTimeoutMs: { loadgen: RUN_DEADLINE_MS, client: 60_000, server: 60_000 },
};

/** One kubelet probe: Kubernetes' field names with units. */
export type ProbeKnobs = Readonly<{
  periodMs: number;
  timeoutMs: number;
  failureThreshold: number;
  successThreshold: number;
}>;

/** How long a system waits for a program that somebody else starts by hand. */
export const ATTACH_TIMEOUT_MS = 10 * 60_000;

/**
 * Of a program that somebody else starts: the service has one instance, which never ends, and looks
 * for it as often as a person notices.
 */
export const alwaysOn = (knobs: CloudRunKnobs): CloudRunKnobs => ({
  ...knobs,
  minInstances: 1,
  maxInstances: 1,
  startupTimeoutMs: ATTACH_TIMEOUT_MS,
  startupPollMs: 100,
});

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

/** The same for its pod: kubelet would restart it long before. */
export const withPatience = (knobs: GkeKnobs): GkeKnobs => ({
  ...knobs,
  startupProbe: {
    ...knobs.startupProbe,
    failureThreshold: ATTACH_TIMEOUT_MS / knobs.startupProbe.periodMs,
  },
});

export const GKE_KNOBS: GkeKnobs = {
  addedLatencyMs: NO_LATENCY,
  // terraform/gke probes every second, Kubernetes' shortest period. Here ten times as often, so that
  // `npm start` does not wait for the next probe. 600 x 100 ms is a minute.
  startupProbe: { periodMs: 100, timeoutMs: 1_000, failureThreshold: 600, successThreshold: 1 },
  // As terraform/gke sets them; thresholds are Kubernetes' defaults.
  readinessProbe: { periodMs: 5_000, timeoutMs: 2_000, failureThreshold: 3, successThreshold: 1 },
  livenessProbe: { periodMs: 30_000, timeoutMs: 5_000, failureThreshold: 3, successThreshold: 1 },
  // CrashLoopBackOff: at once, then 10 s, doubled up to 5 minutes, reset after 10 good minutes.
  backOffMs: 10_000,
  backOffMaxMs: 300_000,
  backOffResetMs: 600_000,
  // terminationGracePeriodSeconds of terraform/gke. close() does not wait that long.
  terminationGraceMs: 15_000,
  stopGraceMs: 10_000,
  // One pod of each program, as the codelab's manifests have it.
  replicas: 1,
};
