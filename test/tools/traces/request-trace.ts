import { ATTR, SPAN } from '../../../lib/telemetry/names.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';

export const MINUTE_MS = Date.parse('2026-03-02T10:00:00.000Z');

type Layout = Readonly<{
  /** Sequence within the run, from 0. */
  sequence?: number;
  run?: number;
  platform?: 'gcp_cloud_run' | 'gcp_kubernetes_engine';
  traceId?: string;
  query?: string;
  /** Milliseconds that each part of the request takes by itself. */
  parts?: Partial<Parts>;
  /** How the front ends left their spans, which take a quarter of each gap: stored, or not. */
  frontEnd?: 'none' | 'stored' | 'not-stored';
  cold?: boolean;
  startDelayMs?: number;
  attributes?: Readonly<Record<string, string>>;
  rootAttributes?: Readonly<Record<string, string>>;
}>;

export type Parts = {
  loadgen: number;
  httpGap: number;
  httpServer: number;
  client: number;
  rpcGap: number;
  rpcServer: number;
  read: number;
  object: number;
  search: number;
};

const PARTS: Parts = {
  loadgen: 0.5,
  httpGap: 1,
  httpServer: 0.25,
  client: 0.5,
  rpcGap: 1.5,
  rpcServer: 0.75,
  read: 0.25,
  object: 2,
  search: 3,
};

/** How Cloud Run marks the spans that it stores itself. */
const PLATFORMS_OWN = { '/component': 'AppServer' };

/**
 * One request as the programs and the platform store it, every edge of the design included; each
 * part takes the given time, half of it before and half of it after what it calls.
 */
export function requestTrace(layout: Layout = {}): Trace {
  const { sequence = 0, run = 0, platform = 'gcp_cloud_run', query = 'love' } = layout;
  const parts: Parts = { ...PARTS, ...layout.parts };
  const frontEnd = layout.frontEnd ?? 'none';
  const traceId = layout.traceId ?? traceIdOf(`${platform}/${run}/${sequence}`);
  const runStartMs = MINUTE_MS + run * 60_000;
  const scheduledMs = runStartMs + sequence * 100;
  const startMs = scheduledMs + (layout.startDelayMs ?? 0);
  const resource = (service: string) => ({
    'service.name': service,
    'service.namespace': 'shakesapp',
    'cloud.platform': platform,
    ...layout.attributes,
  });
  const read = parts.read + parts.object;
  const rpcServer = parts.rpcServer + read + parts.search;
  const rpcClient = parts.rpcGap + rpcServer;
  const client = parts.client + rpcClient;
  const httpServer = parts.httpServer + client;
  const httpClient = parts.httpGap + httpServer;
  const loadgen = parts.loadgen + httpClient;

  let from = startMs;
  const step = (ownMs: number) => {
    from += ownMs / 2;
    return from;
  };
  const spans: Span[] = [];
  const put = (
    id: number,
    parent: number | undefined,
    rest: Pick<Span, 'name' | 'kind' | 'startMs'> & { durationMs: number; service?: string },
    attributes: Record<string, string> = {},
  ) => {
    spans.push({
      traceId,
      spanId: spanIdOf(id),
      ...(parent === undefined ? {} : { parentSpanId: spanIdOf(parent) }),
      name: rest.name,
      kind: rest.kind,
      startMs: rest.startMs,
      endMs: rest.startMs + rest.durationMs,
      attributes: { ...(rest.service === undefined ? {} : resource(rest.service)), ...attributes },
    });
  };
  const behindFrontEnd = (id: number): Record<string, string> => ({
    [ATTR.parentSource]: 'b3',
    ...(frontEnd === 'none' ? {} : { [ATTR.frontEndSpanId]: spanIdOf(id) }),
  });
  const cold: Record<string, string> = layout.cold === true ? { [ATTR.coldStart]: 'true' } : {};

  put(
    1,
    undefined,
    { name: SPAN.loadgen, kind: 'internal', startMs, durationMs: loadgen, service: 'loadgen' },
    {
      [ATTR.query]: query,
      [ATTR.runId]: `${platform}-run-${run}`,
      [ATTR.sequence]: String(sequence),
      [ATTR.scheduledMinute]: new Date(runStartMs).toISOString(),
      [ATTR.scheduledTime]: new Date(scheduledMs).toISOString(),
      [ATTR.startDelayUs]: String((layout.startDelayMs ?? 0) * 1_000),
      ...layout.rootAttributes,
    },
  );
  const httpClientMs = step(parts.loadgen);
  const http = { name: 'GET', kind: 'client', service: 'loadgen' } as const;
  put(2, 1, { ...http, startMs: httpClientMs, durationMs: httpClient });
  const httpServerMs = step(parts.httpGap);
  if (frontEnd === 'stored') {
    const startMs = httpServerMs - parts.httpGap / 8;
    const durationMs = httpServer + parts.httpGap / 4;
    put(12, 2, { name: '/', kind: 'server', startMs, durationMs }, PLATFORMS_OWN);
  }
  const served = { name: 'GET /', kind: 'server', service: 'client' } as const;
  put(
    3,
    2,
    { ...served, startMs: httpServerMs, durationMs: httpServer },
    { ...behindFrontEnd(12), ...cold },
  );
  const clientMs = step(parts.httpServer);
  const handler = { name: SPAN.client, kind: 'internal', service: 'client' } as const;
  put(4, 3, { ...handler, startMs: clientMs, durationMs: client });
  const rpcClientMs = step(parts.client);
  const call = { name: SPAN.rpc, kind: 'client', service: 'client' } as const;
  put(5, 4, { ...call, startMs: rpcClientMs, durationMs: rpcClient });
  const rpcServerMs = step(parts.rpcGap);
  if (frontEnd === 'stored') {
    const startMs = rpcServerMs - parts.rpcGap / 8;
    const durationMs = rpcServer + parts.rpcGap / 4;
    const name = '/shakesapp.ShakespeareService';
    put(15, 5, { name, kind: 'server', startMs, durationMs }, PLATFORMS_OWN);
  }
  const handled = { name: SPAN.rpc, kind: 'server', service: 'server' } as const;
  put(6, 5, { ...handled, startMs: rpcServerMs, durationMs: rpcServer }, behindFrontEnd(15));
  const readMs = step(parts.rpcServer);
  const works = { kind: 'internal', service: 'server' } as const;
  put(7, 6, { ...works, name: SPAN.worksRead, startMs: readMs, durationMs: read });
  const objectMs = step(parts.read);
  // Two objects read at once, of which the second ends last.
  const object = { name: 'GET', kind: 'client', service: 'server' } as const;
  put(8, 7, { ...object, startMs: objectMs, durationMs: parts.object * 0.75 });
  put(9, 7, {
    ...object,
    startMs: objectMs + parts.object * 0.25,
    durationMs: parts.object * 0.75,
  });
  const searchMs = readMs + read;
  put(10, 6, { ...works, name: SPAN.worksSearch, startMs: searchMs, durationMs: parts.search });
  return { traceId, projectId: 'shakesapp-local', spans };
}

export const spanIdOf = (id: number) => id.toString(16).padStart(16, '0');

/** FNV-1a, so that ids are stable and differ between requests. */
export function traceIdOf(text: string): string {
  let id = '';
  for (let part = 0; part < 4; part += 1) {
    let hash = 0x811c9dc5 ^ part;
    for (const character of text) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    id += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return id;
}

/** The trace without the spans of these ids. */
export function without(trace: Trace, ...ids: readonly number[]): Trace {
  const gone = new Set(ids.map(spanIdOf));
  return { ...trace, spans: trace.spans.filter((span) => !gone.has(span.spanId)) };
}

/** The trace with one span changed. */
export function withSpanChanged(trace: Trace, id: number, change: Partial<Span>): Trace {
  const spans = trace.spans.map((span) =>
    span.spanId === spanIdOf(id) ? { ...span, ...change } : span,
  );
  return { ...trace, spans };
}
