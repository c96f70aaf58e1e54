import { createRandom } from '../../lib/random.ts';
import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import type { Span, Trace } from '../traces/model.ts';

const REQUESTS_PER_RUN = 50;
/** Spans of one request: the system's ten, and two of the front end on Cloud Run. */
const PLATFORMS = { gcp_cloud_run: 12, gcp_kubernetes_engine: 10 } as const;
const START_MS = Date.UTC(2026, 2, 2, 10);

/**
 * At least as many spans as asked for, as both platforms make them: requests whose calls nest; every
 * span takes a random tenth of its parent's time for itself.
 */
export function* requestTraces(spans: number): Generator<Trace> {
  const random = createRandom(1);
  const perPair = PLATFORMS.gcp_cloud_run + PLATFORMS.gcp_kubernetes_engine;
  for (let index = 0; index * perPair < spans; index += 1) {
    for (const platform of ['gcp_cloud_run', 'gcp_kubernetes_engine'] as const) {
      yield requestOf({ platform, index, random });
    }
  }
}

const CHAIN = [
  ['loadgen', SPAN.loadgen, 'internal'],
  ['loadgen', 'GET', 'client'],
  ['client', 'GET /', 'server'],
  ['client', SPAN.client, 'internal'],
  ['client', SPAN.rpc, 'client'],
  ['server', SPAN.rpc, 'server'],
  ['server', SPAN.worksRead, 'internal'],
] as const;

function requestOf(options: {
  platform: keyof typeof PLATFORMS;
  index: number;
  random: () => number;
}): Trace {
  const { platform, index, random } = options;
  const run = Math.floor(index / REQUESTS_PER_RUN);
  const sequence = index % REQUESTS_PER_RUN;
  const minute = new Date(START_MS + run * 60_000).toISOString();
  const traceId = `${platform.length.toString(16)}${index.toString(16)}`.padStart(32, '0');
  const spans: Span[] = [];
  let startMs = START_MS + run * 60_000 + sequence * 100;
  let endMs = startMs + 20 * Math.exp(random());
  const put = (service: string, name: string, kind: Span['kind'], parent: number | null) => {
    const id = spans.length + 1;
    spans.push({
      traceId,
      spanId: id.toString(16).padStart(16, '0'),
      ...(parent === null ? {} : { parentSpanId: parent.toString(16).padStart(16, '0') }),
      name,
      kind,
      startMs,
      endMs,
      attributes: service === '' ? { 'g.co/agent': 'front end' } : labelsOf(service, platform),
      events: [],
    });
    return id;
  };
  let parent: number | null = null;
  for (const [service, name, kind] of CHAIN) {
    if (kind === 'server' && platform === 'gcp_cloud_run') {
      const caller: number | null = parent;
      const frontEnd = put('', `/${name}`, 'server', caller);
      parent = put(service, name, kind, caller);
      const server = spans[parent - 1];
      if (server !== undefined) {
        const id = frontEnd.toString(16).padStart(16, '0');
        spans[parent - 1] = {
          ...server,
          attributes: { ...server.attributes, [ATTR.frontEndSpanId]: id },
        };
      }
    } else parent = put(service, name, kind, parent);
    const shareMs = (endMs - startMs) * 0.05 * (1 + random());
    startMs += shareMs;
    endMs -= shareMs;
  }
  put('server', 'GET', 'client', parent);
  put('server', 'GET', 'client', parent);
  put('server', SPAN.worksSearch, 'internal', (parent ?? 1) - 1);
  const [root, ...rest] = spans;
  const rootAttributes = {
    [ATTR.query]: `query ${sequence % 10}`,
    [ATTR.runId]: `run-${run}`,
    [ATTR.sequence]: String(sequence),
    [ATTR.scheduledMinute]: minute,
    [ATTR.startDelayUs]: '250',
  };
  return {
    traceId,
    projectId: 'shakesapp-local',
    spans:
      root === undefined
        ? rest
        : [{ ...root, attributes: { ...root.attributes, ...rootAttributes } }, ...rest],
  };
}

/** As many labels as the programs' real spans carry. */
function labelsOf(service: string, platform: string): Record<string, string> {
  return {
    'service.name': service,
    'service.namespace': 'shakesapp',
    'service.version': 'bench',
    'service.instance.id': `${service}-7d9f8b6c5d-x2x4z`,
    'cloud.provider': 'gcp',
    'cloud.platform': platform,
    'cloud.region': 'us-central1',
    'cloud.account.id': 'shakesapp-local',
    [ATTR.configCpu]: '1',
    [ATTR.configMemory]: '512Mi',
    [ATTR.configConcurrency]: '80',
    [ATTR.configSampler]: 'parentbased_always_on',
  };
}
