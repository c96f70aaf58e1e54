import type { Clock } from '../../../../lib/clock.ts';
import { GoogleError } from '../google-status.ts';

/**
 * Cloud Trace's quotas for a project, https://cloud.google.com/trace/docs/quotas: 300 units of
 * reading a minute, of which ListTraces takes 25 and GetTrace 1, and 4,800 write calls a minute.
 */
export type TraceQuotas = Readonly<{ readUnitsPerMinute: number; writesPerMinute: number }>;

export const TRACE_QUOTAS: TraceQuotas = { readUnitsPerMinute: 300, writesPerMinute: 4_800 };
export const READ_UNITS = { list: 25, get: 1 } as const;

export type Quota = Readonly<{
  /** Takes units, or throws RESOURCE_EXHAUSTED, which costs nothing. */
  take(units: number): void;
  used(): number;
}>;

const MINUTE_MS = 60_000;

/**
 * A quota per minute, in windows of 60 s that begin with the first call. How the real service divides
 * time is not documented.
 */
export function createQuota(options: {
  metric: string;
  perMinute: number;
  projectNumber: string;
  clock: Clock;
}): Quota {
  const { metric, perMinute, projectNumber, clock } = options;
  let windowStartMs = Number.NEGATIVE_INFINITY;
  let used = 0;
  return {
    take(units) {
      if (clock.epochMs() - windowStartMs >= MINUTE_MS) {
        windowStartMs = clock.epochMs();
        used = 0;
      }
      if (used + units > perMinute) {
        throw new GoogleError(
          'RESOURCE_EXHAUSTED',
          `Quota exceeded for quota metric '${metric}' and limit '${metric} per minute' of service 'cloudtrace.googleapis.com' for consumer 'project_number:${projectNumber}'.`,
          [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'RATE_LIMIT_EXCEEDED',
              domain: 'googleapis.com',
              metadata: {
                consumer: `projects/${projectNumber}`,
                quota_limit_value: String(perMinute),
                service: 'cloudtrace.googleapis.com',
              },
            },
          ],
        );
      }
      used += units;
    },
    used: () => used,
  };
}
