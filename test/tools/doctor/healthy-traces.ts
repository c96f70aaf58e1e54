import { ATTR, EVENT, SPAN } from '../../../lib/telemetry/names.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';

/**
 * Three traces as the system makes them: the invocation by the scheduler, one request on Cloud Run
 * whose front end stored its spans, one request on GKE. doctor must find nothing in them.
 */

export const PROJECT = 'shakesapp-demo';
export const INVOCATION = '1'.repeat(32);
export const CLOUD_RUN = 'c'.repeat(32);
export const GKE = 'e'.repeat(32);

const START_MS = Date.UTC(2026, 10, 20, 10, 15, 0);

export type Part =
  | 'root'
  | 'http'
  | 'frontOfClient'
  | 'get'
  | 'client'
  | 'rpc'
  | 'frontOfServer'
  | 'serve'
  | 'read'
  | 'object'
  | 'search';

/** Span ids are readable: the part's number at the end. */
const PARTS: readonly Part[] = [
  'root',
  'http',
  'frontOfClient',
  'get',
  'client',
  'rpc',
  'frontOfServer',
  'serve',
  'read',
  'object',
  'search',
];
export const idOf = (part: Part): string =>
  (PARTS.indexOf(part) + 1).toString(16).padStart(16, 'a0');

type Platform = 'cloud_run' | 'gke';

const resource = (service: string, platform: Platform): Record<string, string> => ({
  'service.name': service,
  'service.namespace': 'shakesapp',
  'service.version': 'v1',
  [ATTR.configPropagators]: 'gcp_trace,tracecontext,b3',
  ...(platform === 'cloud_run'
    ? {
        'cloud.platform': 'gcp_cloud_run',
        'cloud.region': 'us-central1',
        'faas.instance': `${service}-0001`,
      }
    : {
        'cloud.platform': 'gcp_kubernetes_engine',
        'cloud.availability_zone': 'us-central1-f',
        'k8s.pod.name': `${service}-5d9-x2x`,
      }),
});

type Sketch = Readonly<{
  part: Part;
  parent?: Part;
  service?: string;
  name: string;
  kind: Span['kind'];
  fromMs: number;
  toMs: number;
  attributes?: Record<string, string>;
  events?: readonly (readonly [name: string, atMs: number])[];
}>;

/**
 *     root          |-----------------------------------------|  0–40
 *     http           |---------------------------------------|   1–39
 *     frontOfClient    |----------------------------------|      3–37
 *     get                 |----------------------------|         6–34
 *     client               |--------------------------|          7–33
 *     rpc                   |------------------------|           8–32
 *     frontOfServer           |------------------|               10–30
 *     serve                      |------------|                  14–28
 *     read, object               |---|                           14–20
 *     search                          |------|                   20–28
 */
function sketches(platform: Platform): readonly Sketch[] {
  const server = (front: Part): Record<string, string> => ({
    [ATTR.parentSource]: 'b3',
    ...(platform === 'cloud_run' ? { [ATTR.frontEndSpanId]: idOf(front) } : {}),
  });
  // biome-ignore format: one span a line reads as the tree it is
  const all: readonly Sketch[] = [
    { part: 'root', service: 'loadgen', name: SPAN.loadgen, kind: 'internal', fromMs: 0, toMs: 40, events: [[EVENT.requestStart, 1], [EVENT.requestEnd, 39]],
      attributes: { [ATTR.query]: 'love', [ATTR.expectedCount]: '3040', [ATTR.matchCount]: '3040', [ATTR.runId]: 'run-1', [ATTR.sequence]: '0', [ATTR.scheduledMinute]: '2026-11-20T10:15:00Z', [ATTR.scheduledTime]: '2026-11-20T10:15:00.000Z', [ATTR.startDelayUs]: '120' } },
    { part: 'http', parent: 'root', service: 'loadgen', name: 'GET', kind: 'client', fromMs: 1, toMs: 39, attributes: { 'url.full': 'https://client-x.a.run.app/?q=love' } },
    { part: 'frontOfClient', parent: 'http', name: '/', kind: 'server', fromMs: 3, toMs: 37, attributes: { '/component': 'AppServer' } },
    { part: 'get', parent: 'http', service: 'client', name: 'GET /', kind: 'server', fromMs: 6, toMs: 34, attributes: { ...server('frontOfClient'), 'url.path': '/', 'http.route': '/' } },
    { part: 'client', parent: 'get', service: 'client', name: SPAN.client, kind: 'internal', fromMs: 7, toMs: 33, attributes: { [ATTR.query]: 'love', [ATTR.matchCount]: '3040' }, events: [[EVENT.serverCallStart, 8], [EVENT.serverCallEnd, 32]] },
    { part: 'rpc', parent: 'client', service: 'client', name: SPAN.rpc, kind: 'client', fromMs: 8, toMs: 32 },
    { part: 'frontOfServer', parent: 'rpc', name: '/shakesapp.ShakespeareService/GetMatchCount', kind: 'server', fromMs: 10, toMs: 30, attributes: { '/component': 'AppServer' } },
    { part: 'serve', parent: 'rpc', service: 'server', name: SPAN.rpc, kind: 'server', fromMs: 14, toMs: 28, attributes: server('frontOfServer') },
    { part: 'read', parent: 'serve', service: 'server', name: SPAN.worksRead, kind: 'internal', fromMs: 14, toMs: 20, attributes: { [ATTR.bucket]: 'dataflow-samples', [ATTR.prefix]: 'shakespeare/', [ATTR.objects]: '42', [ATTR.bytes]: '5200000', [ATTR.source]: 'kept' } },
    { part: 'object', parent: 'read', service: 'server', name: 'GET', kind: 'client', fromMs: 15, toMs: 19, attributes: { 'url.full': 'https://storage.googleapis.com/storage/v1/b/dataflow-samples/o' } },
    { part: 'search', parent: 'serve', service: 'server', name: SPAN.worksSearch, kind: 'internal', fromMs: 20, toMs: 28, attributes: { [ATTR.queryLength]: '4', [ATTR.lines]: '129107', [ATTR.matches]: '3040' } },
  ];
  return platform === 'cloud_run' ? all : all.filter((sketch) => sketch.service !== undefined);
}

function requestTrace(traceId: string, platform: Platform, startMs: number): Trace {
  const spans = sketches(platform).map(
    (sketch): Span => ({
      traceId,
      spanId: idOf(sketch.part),
      ...(sketch.parent === undefined ? {} : { parentSpanId: idOf(sketch.parent) }),
      name: sketch.name,
      kind: sketch.kind,
      startMs: startMs + sketch.fromMs,
      endMs: startMs + sketch.toMs,
      attributes: {
        ...(sketch.service === undefined
          ? { 'g.co/agent': 'Google Cloud Run' }
          : resource(sketch.service, platform)),
        ...sketch.attributes,
      },
      events: (sketch.events ?? []).map(([name, atMs]) => ({
        name,
        timeMs: startMs + atMs,
        attributes: {},
      })),
    }),
  );
  return { traceId, projectId: PROJECT, spans };
}

function invocationTrace(): Trace {
  const span: Span = {
    traceId: INVOCATION,
    spanId: '1f'.repeat(8),
    parentSpanId: '5c'.repeat(8),
    name: 'POST /',
    kind: 'server',
    startMs: START_MS - 5,
    endMs: START_MS + 2_000,
    attributes: {
      ...resource('loadgen', 'cloud_run'),
      [ATTR.parentSource]: 'gcp_trace',
      [ATTR.parentExternal]: 'true',
      'url.path': '/',
    },
    events: [],
  };
  return { traceId: INVOCATION, projectId: PROJECT, spans: [span] };
}

export function healthyTraces(): readonly Trace[] {
  return [
    invocationTrace(),
    requestTrace(CLOUD_RUN, 'cloud_run', START_MS),
    requestTrace(GKE, 'gke', START_MS + 1_000),
  ];
}
