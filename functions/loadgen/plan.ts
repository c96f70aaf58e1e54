import { randomBytes } from 'node:crypto';
import type { SpanContext } from '@opentelemetry/api';
import type { z } from 'zod';
import { AppError } from '../../lib/errors.ts';
import { querySequence } from '../../lib/queries.ts';
import { repeatedName } from '../../lib/repeated-name.ts';
import type { LoadgenConfig } from './config.ts';
import {
  LOAD_REQUEST_FIELDS,
  type LoadRequest,
  lastAnswerMs,
  loadRequestSchema,
  longestScheduleMs,
  SCHEDULE_TIME_HEADER,
  scheduledMinuteOf,
  scheduledTimeSchema,
  seedOfMinute,
} from './contract.ts';
import type { RunPlan } from './run.ts';
import { scheduleLengthMs } from './schedule.ts';

/** One field of a body (or a header) that is wrong: the value found and what is allowed. */
export type FieldProblem = Readonly<{ field: string; value?: unknown; allowed: string }>;

/** A request to loadgen that cannot be run, with every field that is wrong. */
export class BadLoadRequest extends AppError {
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    const wrong = problems.map(
      ({ field, value, allowed }) =>
        `${field} is ${JSON.stringify(value) ?? 'undefined'}; allowed: ${allowed}`,
    );
    super('invalidArgument', wrong.join('. '));
    this.name = 'BadLoadRequest';
    this.problems = problems;
  }
}

export type LoadPlan = RunPlan &
  Readonly<{
    checkConnectivity: boolean;
    /** Whether a schedule asked for this run, so that a second delivery is recognised. */
    scheduled: boolean;
  }>;

/** Makes a plan of what was asked, or throws BadLoadRequest. Two platforms get the same queries. */
export function createPlan(options: {
  /** Raw bytes or text of the body, or what the functions framework parsed of it. */
  body: unknown;
  scheduleTimeHeader: string | undefined;
  nowEpochMs: number;
  invocation: SpanContext | undefined;
  config: LoadgenConfig;
}): LoadPlan {
  const { scheduleTimeHeader, nowEpochMs, invocation, config } = options;
  const request = parseLoadRequest(options.body);
  if (scheduleTimeHeader !== undefined) checkScheduleTime(scheduleTimeHeader);
  checkLength(request, config);
  // The body wins: a time there was written on purpose. Cloud Scheduler always sends its header;
  // the overlay's CronJob has only the body.
  const scheduledTime = request.scheduledTime ?? scheduleTimeHeader;
  const scheduledMinute = scheduledMinuteOf(new Date(scheduledTime ?? nowEpochMs));
  const seed = request.seed ?? seedOfMinute(scheduledMinute);
  return {
    runId: request.runId ?? `${scheduledMinute}-${randomBytes(4).toString('hex')}`,
    scheduledMinute,
    seed,
    requests: request.requests,
    intervalMs: request.intervalMs,
    maxInFlight: request.maxInFlight,
    lateAfterMs: config.LOADGEN_LATE_AFTER_MS,
    queries: querySequence(seed, request.requests, config.KNOWN_QUERIES),
    invocation,
    checkConnectivity: request.checkConnectivity,
    scheduled: scheduledTime !== undefined,
  };
}

/** An empty body asks for the defaults of each field. The content type does not matter. */
function parseLoadRequest(body: unknown): LoadRequest {
  const text = Buffer.isBuffer(body) || typeof body === 'string' ? `${body}` : undefined;
  const value = text === undefined ? body : parseJson(text);
  const result = loadRequestSchema.safeParse(value === undefined ? {} : value);
  if (!result.success) throw new BadLoadRequest(fieldProblems(result.error, value));
  const twice = text === undefined ? undefined : repeatedName(text);
  if (twice === undefined) return result.data;
  const allowed = 'each field once';
  throw new BadLoadRequest([{ field: twice, value: 'there twice', allowed }]);
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    const allowed = 'a JSON object (this is not JSON)';
    throw new BadLoadRequest([{ field: 'body', value: text.slice(0, 100), allowed }]);
  }
}

function checkScheduleTime(value: string): void {
  const result = scheduledTimeSchema.safeParse(value);
  if (result.success) return;
  const allowed = result.error.issues.map(({ message }) => message).join('; ');
  throw new BadLoadRequest([
    { field: `header ${SCHEDULE_TIME_HEADER}`, value: value.slice(0, 100), allowed },
  ]);
}

function checkLength(request: LoadRequest, config: LoadgenConfig): void {
  const lengthMs = scheduleLengthMs(request);
  const longestMs = longestScheduleMs(config);
  if (lengthMs <= longestMs) return;
  const { requests, intervalMs } = request;
  const most = Math.min(1000, Math.floor(longestMs / intervalMs) + 1);
  const widest = Math.floor(longestMs / (requests - 1));
  const arithmetic = `(${requests} - 1) × ${intervalMs} ms = ${lengthMs / 1000} s`;
  const allowed =
    `LOADGEN_MAX_RUN_SECONDS = ${config.LOADGEN_MAX_RUN_SECONDS} s less ` +
    `${lastAnswerMs(config) / 1000} s for the last answer = ${longestMs / 1000} s, and ${arithmetic}: ` +
    `at most ${most} requests at this interval, or at most ${widest} ms between ${requests} requests`;
  throw new BadLoadRequest([
    { field: 'requests, intervalMs', value: `${requests}, ${intervalMs}`, allowed },
  ]);
}

/** Every wrong field of a body at once. */
function fieldProblems(error: z.ZodError, body: unknown): readonly FieldProblem[] {
  return error.issues.flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      const allowed = `no such field; known: ${LOAD_REQUEST_FIELDS.join(', ')}`;
      return issue.keys.map((field) => ({ field, value: short(fieldOf(body, field)), allowed }));
    }
    const field = issue.path.map(String).join('.');
    return field === ''
      ? [{ field: 'body', value: short(body), allowed: issue.message }]
      : [{ field, value: short(fieldOf(body, field)), allowed: issue.message }];
  });
}

function fieldOf(body: unknown, field: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.getOwnPropertyDescriptor(body, field)?.value
    : undefined;
}

/** A value small enough to be sent back. */
function short(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length <= 100 ? value : `${text.slice(0, 100)}…`;
}
