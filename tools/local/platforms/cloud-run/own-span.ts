import type { Clock } from '../../../../lib/clock.ts';
import type { Span } from '../../../traces/model.ts';
import type { CloudRunKnobs } from '../knobs.ts';

export type OwnSpanDecision = Readonly<{
  store: boolean;
  /** The flag that the container gets: the front end may add a "yes", never a "no". */
  sampled: boolean | undefined;
}>;

export type OwnSpanSampler = (requested: boolean | undefined) => OwnSpanDecision;

/** Decides for one instance; its budgets are per instance, as Cloud Run's are. */
export function createOwnSpanSampler(
  knobs: Pick<CloudRunKnobs, 'ownSpans' | 'forcedSpansPerSecond' | 'ownSpansPerSecond'>,
  clock: Clock,
): OwnSpanSampler {
  const forced = createBudget(knobs.forcedSpansPerSecond, clock);
  const own = createBudget(knobs.ownSpansPerSecond, clock);
  return (requested) => {
    if (requested === false || knobs.ownSpans === 'never') {
      return { store: false, sampled: requested };
    }
    if (knobs.ownSpans === 'always') return { store: true, sampled: true };
    if (requested === true) return { store: forced(), sampled: true };
    const store = own();
    return { store, sampled: store ? true : undefined };
  };
}

/** A token bucket that holds one second's worth, and at least one. */
function createBudget(perSecond: number, clock: Clock): () => boolean {
  const capacity = Math.max(1, perSecond);
  let tokens = capacity;
  let filledAtMs = clock.epochMs();
  return () => {
    const now = clock.epochMs();
    tokens = Math.min(capacity, tokens + ((now - filledAtMs) / 1000) * perSecond);
    filledAtMs = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** As Cloud Run names and labels the spans that it makes by itself: no service.name among them. */
export function createOwnSpan(options: {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  startMs: number;
  endMs: number;
  method: string;
  path: string;
  origin: string;
  status: number;
  projectId: string;
  region: string;
  service: string;
  revision: string;
}): Span {
  const { parentSpanId, path, status } = options;
  const pathname = path.split('?')[0] ?? path;
  return {
    traceId: options.traceId,
    spanId: options.spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: pathname,
    kind: 'server',
    startMs: options.startMs,
    endMs: options.endMs,
    attributes: {
      '/component': 'AppServer',
      '/http/method': options.method,
      '/http/url': `${options.origin}${path}`,
      '/http/host': options.origin.replace('https://', ''),
      '/http/status_code': String(status),
      'g.co/r/cloud_run_revision/project_id': options.projectId,
      'g.co/r/cloud_run_revision/location': options.region,
      'g.co/r/cloud_run_revision/service_name': options.service,
      'g.co/r/cloud_run_revision/configuration_name': options.service,
      'g.co/r/cloud_run_revision/revision_name': options.revision,
    },
    events: [],
    status: { error: status >= 500 },
  };
}
