import { LOAD_LIMITS } from '../../../functions/loadgen/contract.ts';
import { type CloudRunKnobs, type GkeKnobs, type ProbeKnobs, RUN_DEADLINE_MS } from './knobs.ts';
import type { ProgramName } from './platform.ts';

/*
 * Deadlines that fit a healthy cloud fail on a slow machine, where everything takes longer. Here
 * they are so many times as long as the machine is slow, by the slowness of the moment.
 */

/** Cloud Scheduler's longest attempt deadline. */
const LONGEST_ATTEMPT_MS = 30 * 60_000;

/** How long a schedule waits for loadgen's answer. */
export const runDeadlineMs = (slowness: number): number =>
  Math.min(RUN_DEADLINE_MS * slowness, LONGEST_ATTEMPT_MS);

/** Of every program: the default and the longest that it accepts. */
const COMMON = {
  SHUTDOWN_TIMEOUT_MS: [9_000, 600_000],
  OTEL_BSP_EXPORT_TIMEOUT: [5_000, 300_000],
} as const;

/** The variables of each program that are deadlines. */
const VARIABLES: Readonly<
  Record<ProgramName, Readonly<Record<string, readonly [number, number]>>>
> = {
  loadgen: {
    ...COMMON,
    LOADGEN_REQUEST_TIMEOUT_SECONDS: [LOAD_LIMITS.LOADGEN_REQUEST_TIMEOUT_SECONDS, 600],
    LOADGEN_MAX_RUN_SECONDS: [LOAD_LIMITS.LOADGEN_MAX_RUN_SECONDS, 1_790],
  },
  client: { ...COMMON, SERVER_DEADLINE_MS: [10_000, 300_000] },
  server: { ...COMMON, WORKS_ATTEMPT_TIMEOUT_MS: [5_000, 60_000] },
};

/** None on a machine that is not slow: the programs' defaults hold. */
export function programDeadlines(program: ProgramName, slowness: number): Record<string, string> {
  if (slowness <= 1) return {};
  return Object.fromEntries(
    Object.entries(VARIABLES[program]).map(([name, [preset, most]]) => [
      name,
      String(Math.min(Math.round(preset * slowness), most)),
    ]),
  );
}

/** The knobs with their deadlines stretched, each time that they are read. */
export function stretchCloudRun(knobs: CloudRunKnobs, slowness: () => number): CloudRunKnobs {
  return {
    ...knobs,
    get queueMs() {
      return knobs.queueMs * slowness();
    },
    get stopGraceMs() {
      return knobs.stopGraceMs * slowness();
    },
    get startupTimeoutMs() {
      return knobs.startupTimeoutMs * slowness();
    },
    get startupProbeTimeoutMs() {
      return knobs.startupProbeTimeoutMs * slowness();
    },
    get requestTimeoutMs() {
      const { loadgen, client, server } = knobs.requestTimeoutMs;
      const factor = slowness();
      return { loadgen: loadgen * factor, client: client * factor, server: server * factor };
    },
  };
}

export function stretchGke(knobs: GkeKnobs, slowness: () => number): GkeKnobs {
  return {
    ...knobs,
    startupProbe: stretchProbe(knobs.startupProbe, slowness),
    livenessProbe: stretchProbe(knobs.livenessProbe, slowness),
    readinessProbe: stretchProbe(knobs.readinessProbe, slowness),
    get terminationGraceMs() {
      return knobs.terminationGraceMs * slowness();
    },
    get stopGraceMs() {
      return knobs.stopGraceMs * slowness();
    },
  };
}

/** A check may take longer, and a container that starts may fail it more often. */
const stretchProbe = (probe: ProbeKnobs, slowness: () => number): ProbeKnobs => ({
  ...probe,
  get timeoutMs() {
    return probe.timeoutMs * slowness();
  },
  get failureThreshold() {
    return probe.failureThreshold * slowness();
  },
});
