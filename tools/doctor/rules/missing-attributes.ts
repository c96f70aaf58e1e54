import { ATTR, SPAN } from '../../../lib/telemetry/names.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import type { Node } from '../../traces/tree.ts';
import { describeSpan, explaining, type Rule, type Sighting } from '../rule.ts';

/** Of each row at least one key: what tells where a span ran and which build made it. */
const RESOURCE: readonly (readonly string[])[] = [
  ['service.name'],
  ['service.namespace'],
  ['service.version'],
  ['cloud.platform'],
  ['cloud.region', 'cloud.availability_zone'],
  ['faas.instance', 'k8s.pod.name', 'service.instance.id', 'host.id'],
];

const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  [SPAN.loadgen]: [ATTR.query, ATTR.expectedCount, ATTR.runId, ATTR.sequence, ATTR.scheduledTime],
  [SPAN.worksRead]: [ATTR.bucket, ATTR.objects, ATTR.bytes, ATTR.source],
  [SPAN.worksSearch]: [ATTR.queryLength, ATTR.lines, ATTR.matches],
};

export const missingAttributes: Rule = {
  id: 'missing-attributes',
  finding: 'Spans lack attributes, of their own or of the resource, that analysis relies on.',
  cause:
    'The metadata server did not answer in time, OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES ' +
    'is not set by the deployment, or another exporter filters the resource.',
  cure:
    'Set OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES (service.version, and on GKE k8s.*) in ' +
    'the deployment; look for a warning about metadata in the log of the instance.',
  check: ({ traces }) => traces.flatMap(checkTrace),
};

function checkTrace(trace: NormalisedTrace): readonly Sighting[] {
  return trace.nodes.filter(isOurs).flatMap((node) => {
    const { attributes, name } = node.span;
    const has = (key: string) => attributes[key] !== undefined && attributes[key] !== '';
    const missing = [
      ...RESOURCE.filter((keys) => !keys.some(has)).map((keys) => keys.join(' or ')),
      // In error, a span may not have got as far as to know.
      ...(attributes[ATTR.errorType] ? [] : (BY_NAME[name] ?? []).filter((key) => !has(key))),
    ];
    if (missing.length === 0) return [];
    const lacks = `lacks ${missing.join(', ')}`;
    if (has('service.name')) {
      return [{ traceId: trace.traceId, detail: `${describeSpan(node)} ${lacks}` }];
    }
    // Without the service's name no edge can be told from another.
    return [explaining(trace, `${name} (${node.span.spanId}) ${lacks}`)];
  });
}

/**
 * A span without a service is taken for the front end's own, unless it carries what only a program
 * of the system writes or hangs below one that does.
 */
function isOurs({ span, frontEnd }: Node): boolean {
  return (
    !frontEnd ||
    span.kind !== 'server' ||
    Object.keys(span.attributes).some((key) => /^(shakesapp|service|faas|k8s|rpc)\./.test(key))
  );
}
