import type { TestContext } from 'node:test';
import type { Clock } from '../../../../../lib/clock.ts';
import { ATTR } from '../../../../../lib/telemetry/names.ts';
import { toGoogleError } from '../../../../../tools/local/cloud/google-status.ts';
import { sendJson, startHttpService } from '../../../../../tools/local/cloud/http-service.ts';
import {
  createQuota,
  READ_UNITS,
  TRACE_QUOTAS,
} from '../../../../../tools/local/cloud/trace/quota.ts';
import { toV1Span } from '../../../../../tools/local/cloud/trace/v1-trace.ts';
import type { Trace } from '../../../../../tools/traces/model.ts';
import { requestTrace } from '../../request-trace.ts';

export const DAY = {
  startMs: Date.parse('2026-03-01T10:00:00.000Z'),
  endMs: Date.parse('2026-03-02T10:00:00.000Z'),
};
const MINUTE_MS = 60_000;
const PLATFORMS = ['gcp_cloud_run', 'gcp_kubernetes_engine'] as const;
export type Platform = (typeof PLATFORMS)[number];

/**
 * Requests of each platform in every minute, and the milliseconds from one to the next; on Cloud Run
 * one in so many fails. `varies`: with the hour and from minute to minute, six of ten on average.
 */
export type Load = Readonly<{
  perMinute: number;
  intervalMs: number;
  failedEvery: number;
  varies: boolean;
}>;

/** What terraform/ sets by default. */
export const DEFAULT_LOAD: Load = {
  ...{ perMinute: 10, intervalMs: 2_000, failedEvery: 997, varies: false },
};
/** 50 requests a second, on average of the day. */
export const BUSY_LOAD: Load = {
  ...{ perMinute: 5_000, intervalMs: 12, failedEvery: 99_991, varies: true },
};

/** One request of the day: `index` counts those of its platform. */
type Request = Readonly<{ platform: Platform; index: number; startMs: number }>;

export type Day = ReturnType<typeof createDay>;

/**
 * A day of requests on both platforms, each made when it is asked for: it is too long to be stored.
 * Every duration follows from the request's number, so that the truth is known.
 */
export function createDay(load: Load, { wrongCountAt = -1 }: { wrongCountAt?: number } = {}) {
  const total = ((DAY.endMs - DAY.startMs) / MINUTE_MS) * load.perMinute;
  const { failedEvery } = load;
  const exists = (index: number): boolean => {
    const minute = Math.floor(index / load.perMinute);
    const daily = 0.6 + 0.35 * Math.sin((minute / 720) * Math.PI);
    const share = daily * (0.7 + 0.6 * uniformOf(minute + 0x2545f491));
    return !load.varies || uniformOf(index + 0x61c88647) < share;
  };
  const startOf = (index: number) =>
    DAY.startMs +
    Math.floor(index / load.perMinute) * MINUTE_MS +
    (index % load.perMinute) * load.intervalMs;
  const hasFailed = ({ platform, index }: Pick<Request, 'platform' | 'index'>) =>
    platform === 'gcp_cloud_run' && index % failedEvery === failedEvery - 1 && exists(index);

  const searchMs = (platform: Platform, index: number): number => {
    const hour = (startOf(index) - DAY.startMs) / 3_600_000;
    const daily = 1 + 0.3 * Math.sin((hour / 12) * Math.PI);
    const slower = platform === 'gcp_cloud_run' ? 1.2 : 1;
    return slower * daily * 4 * Math.exp(0.4 * normalOf(index * 2 + (slower > 1 ? 1 : 0)));
  };

  const traceOf = ({ platform, index, startMs }: Request): Trace => {
    const minute = Math.floor(index / load.perMinute);
    const sequence = index % load.perMinute;
    const failed = hasFailed({ platform, index });
    const wrong = index === wrongCountAt && platform === 'gcp_cloud_run';
    const trace = requestTrace({
      ...{ platform, sequence },
      traceId: `${platform === 'gcp_cloud_run' ? 'a' : 'b'}${index.toString(16).padStart(31, '0')}`,
      parts: { search: searchMs(platform, index) },
      rootAttributes: {
        [ATTR.runId]: `${platform}-${minute}`,
        [ATTR.scheduledMinute]: new Date(DAY.startMs + minute * MINUTE_MS).toISOString(),
        [ATTR.scheduledTime]: new Date(startMs).toISOString(),
        ...(failed && { [ATTR.errorType]: 'Unavailable' }),
        ...(wrong && { [ATTR.errorType]: 'UnexpectedResult' }),
      },
    });
    const shiftMs = startMs - (trace.spans[0]?.startMs ?? 0);
    const spans = trace.spans.map((span) => ({
      ...span,
      ...{ startMs: span.startMs + shiftMs, endMs: span.endMs + shiftMs },
    }));
    return { ...trace, spans };
  };

  /** In the order of their starts. */
  const between = (fromMs: number, toMs: number, most: number): Request[] => {
    const requests: Request[] = [];
    const minute = Math.max(0, Math.floor((fromMs - DAY.startMs) / MINUTE_MS));
    for (let index = minute * load.perMinute; index < total; index += 1) {
      const startMs = startOf(index);
      if (startMs > toMs || requests.length > most) break;
      if (startMs < fromMs || !exists(index)) continue;
      for (const platform of PLATFORMS) requests.push({ platform, index, startMs });
    }
    return requests;
  };

  const failed = (): Request[] => {
    const requests: Request[] = [];
    for (let index = 0; index < total; index += 1) {
      const platform = 'gcp_cloud_run';
      if (hasFailed({ platform, index }) || index === wrongCountAt) {
        requests.push({ platform, index, startMs: startOf(index) });
      }
    }
    return requests;
  };
  /** The numbers of the requests that each platform has. */
  const indices: number[] = [];
  for (let index = 0; index < total; index += 1) if (exists(index)) indices.push(index);
  return { between, failed, indices, searchMs, traceOf };
}

/** Mixes the bits of a number: uniform in (0, 1). */
function uniformOf(seed: number): number {
  let bits = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32 + 2 ** -33;
}

/** Box and Muller. */
const normalOf = (seed: number): number =>
  Math.sqrt(-2 * Math.log(uniformOf(seed))) * Math.cos(2 * Math.PI * uniformOf(seed + 0x5bd1e995));

const PAGE = 100;
/** No request takes so long. */
const LONGEST_MS = 1_000;

/** Cloud Trace's v1 lists over such a day, in the quota of Cloud Trace by this clock. */
export async function startTraceFront(t: TestContext, day: Day, clock: Clock) {
  const used = { lists: 0, gets: 0, refused: 0 };
  const quota = createQuota({
    ...{ metric: 'Read units', perMinute: TRACE_QUOTAS.readUnitsPerMinute },
    ...{ projectNumber: '1', clock },
  });
  const failed = day.failed();
  const service = await startHttpService(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://trace');
    const parameter = (name: string) => url.searchParams.get(name) ?? '';
    try {
      quota.take(READ_UNITS.list);
    } catch (error) {
      used.refused += 1;
      const { message } = toGoogleError(error);
      sendJson(response, 429, JSON.stringify({ error: { code: 429, message } }));
      return;
    }
    used.lists += 1;
    const [fromMs, toMs] = [parameter('startTime'), parameter('endTime')].map(Date.parse);
    const skip = Number(parameter('pageToken'));
    const requests = parameter('filter').includes('label:error.type')
      ? failed
      : day.between((fromMs ?? 0) - LONGEST_MS, toMs ?? 0, skip + 10 * PAGE);
    const found = requests
      .slice(0, skip + 10 * PAGE)
      .filter(({ startMs }) => startMs <= (toMs ?? 0));
    // Those that began before are listed where they had not ended.
    const traces: Trace[] = [];
    let place = 0;
    for (const one of found) {
      if (traces.length > PAGE) break;
      const trace = one.startMs >= (fromMs ?? 0) ? null : day.traceOf(one);
      if (trace !== null && (trace.spans[0]?.endMs ?? 0) < (fromMs ?? 0)) continue;
      place += 1;
      if (place > skip) traces.push(trace ?? day.traceOf(one));
    }
    const page = traces.slice(0, PAGE).map(({ traceId, projectId, spans }) => ({
      ...{ traceId, projectId },
      spans: spans.map(toV1Span),
    }));
    const more = traces.length > PAGE && { nextPageToken: String(skip + PAGE) };
    sendJson(response, 200, JSON.stringify({ traces: page, ...more }));
  });
  t.after(() => service.close());
  return { origin: service.origin, used };
}
