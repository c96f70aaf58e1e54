import { z } from 'zod';

/**
 * The contract between loadgen and whatever calls it: the body of a request, its limits and the
 * answer. The only file of loadgen that tools may import.
 */

/** The header in which Cloud Scheduler says for when an attempt was scheduled, RFC 3339. */
export const SCHEDULE_TIME_HEADER = 'x-cloudscheduler-scheduletime';

/** The most requests that one run may have. */
export const MOST_REQUESTS = 1000;

const RFC_3339 = 'a time in RFC 3339 with a zone, such as 2026-03-01T12:34:00Z';
const RUN_ID = '1 to 64 letters, digits, ".", "_", ":" or "-"';

function whole(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

export const scheduledTimeSchema = z.iso.datetime({ offset: true, error: RFC_3339 });

/** The body of a POST to loadgen. Every field has a default, so `{}` is a complete request. */
export const loadRequestSchema = z.strictObject(
  {
    /** How many requests, each one trace. */
    requests: whole(1, MOST_REQUESTS).default(10),
    /** From one request's scheduled time to the next one's; the codelab's 2 s by default. */
    intervalMs: whole(0, 600_000).default(2000),
    /** A request that falls due while so many are unanswered is dropped and counted. */
    maxInFlight: whole(1, MOST_REQUESTS).default(100),
    /** Decides the sequence of queries; from the scheduled minute by default. */
    seed: whole(0, 0xffff_ffff).optional(),
    /** Names this run; unique for each run by default. */
    runId: z
      .string({ error: RUN_ID })
      .regex(/^[A-Za-z0-9._:-]{1,64}$/, { error: RUN_ID })
      .optional(),
    /** Waits until client answers `ok` to a health check. That ends a cold start, so it is off. */
    checkConnectivity: z.boolean({ error: 'true or false' }).default(false),
    /** For when this run was scheduled, where no Cloud Scheduler says it in a header. */
    scheduledTime: scheduledTimeSchema.optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `${issue.keys.map((key) => JSON.stringify(key)).join(', ')} not known`
        : 'a JSON object',
  },
);

/** The fields that a body may have, for messages. */
export const LOAD_REQUEST_FIELDS = Object.keys(loadRequestSchema.shape);

/** A body as a sender writes it: all fields optional. */
export type LoadRequestBody = z.input<typeof loadRequestSchema>;

/** A body as loadgen reads it: defaults filled in. */
export type LoadRequest = z.output<typeof loadRequestSchema>;

/** Milliseconds; null where no request of the run was answered. */
export type Quantiles = Readonly<{ p50: number; p95: number; p99: number }> | null;

/**
 * Why a request was never started: `maxInFlight` others were unanswered when it fell due, the
 * program was told to stop, or the client could not be reached before the first one.
 */
export type DropReason = 'maxInFlight' | 'stopping' | 'notReady';

/** When the run is over: requests = ok + mismatched + failed + dropped. */
export type LoadSummary = Readonly<{
  runId: string;
  /** RFC 3339, whole minute, UTC: pairs the runs of two platforms. */
  scheduledMinute: string;
  seed: number;
  /** 'stopped': ended early, by SIGTERM or at the longest run allowed; the rest was dropped. */
  state: 'running' | 'finished' | 'stopped';
  /** True where this scheduled minute had been delivered before: these are that run's figures. */
  duplicate?: true;
  requests: number;
  /** Requests that went out on a connection; a refused connection or a missing token did not. */
  sent: number;
  /** Answered with the expected count. */
  ok: number;
  /** Answered with another count (`UnexpectedResult`); never a success. */
  mismatched: number;
  failed: number;
  dropped: number;
  dropReasons: Readonly<Record<DropReason, number>>;
  /** Requests that started more than `lateAfterMs` after their scheduled time. */
  late: number;
  /** Started requests without a trace, because the queues of spans were filling up. */
  shed: number;
  lateAfterMs: number;
  /** Of answered requests (ok and mismatched), from when they were due and from when they left. */
  latencyMs: Readonly<{ fromScheduled: Quantiles; fromSend: Quantiles }>;
  /** Kind of failure → how many, such as {"http_503": 2, "timeout": 1}. */
  errors: Readonly<Record<string, number>>;
}>;

/** The scheduled minute of a time: the whole minute it lies in, RFC 3339 in UTC. */
export function scheduledMinuteOf(time: Date): string {
  const minute = Math.floor(time.getTime() / 60_000);
  return new Date(minute * 60_000).toISOString().replace('.000Z', 'Z');
}

/** The seed that a scheduled minute gives, the same on every platform. */
export function seedOfMinute(scheduledMinute: string): number {
  return Math.floor(Date.parse(scheduledMinute) / 60_000) >>> 0;
}

/** How long a run may be, by the names in loadgen's environment. */
export type LoadLimits = Readonly<{
  LOADGEN_MAX_RUN_SECONDS: number;
  LOADGEN_REQUEST_TIMEOUT_SECONDS: number;
}>;

/** Where its environment says nothing else. */
export const LOAD_LIMITS: LoadLimits = {
  LOADGEN_MAX_RUN_SECONDS: 170,
  LOADGEN_REQUEST_TIMEOUT_SECONDS: 30,
};

/**
 * What the longest run keeps free after its last scheduled time, so that the last request can be
 * answered: the time that a request may take, but never more than half of the run.
 */
export function lastAnswerMs(limits: LoadLimits): number {
  const { LOADGEN_MAX_RUN_SECONDS: run, LOADGEN_REQUEST_TIMEOUT_SECONDS: request } = limits;
  return Math.min(request * 1000, run * 500);
}

/** The longest that it may be from the first scheduled time to the last one. */
export function longestScheduleMs(limits: LoadLimits): number {
  return limits.LOADGEN_MAX_RUN_SECONDS * 1000 - lastAnswerMs(limits);
}
