import { ATTR, SPAN } from '../../../lib/telemetry/names.ts';
import type { Span } from '../../traces/model.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { ownTest } from '../../traces/own-programs.ts';
import { perAttributes } from '../../traces/per-attributes.ts';
import { atEach, describeSpan, explaining, type Rule, type Sighting } from '../rule.ts';

/** Of each row at least one key: what tells where a span ran and which build made it. */
export const RESOURCE: readonly (readonly string[])[] = [
  ['service.name'],
  ['service.namespace'],
  ['service.version'],
  ['cloud.platform'],
  ['cloud.region', 'cloud.availability_zone'],
  ['faas.instance', 'k8s.pod.name', 'service.instance.id', 'host.id'],
];

export const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  [SPAN.loadgen]: [ATTR.query, ATTR.expectedCount, ATTR.runId, ATTR.sequence, ATTR.scheduledTime],
  [SPAN.worksRead]: [ATTR.bucket, ATTR.objects, ATTR.bytes, ATTR.source],
  [SPAN.worksSearch]: [ATTR.queryLength, ATTR.lines, ATTR.matches],
};

export const missingAttributes: Rule = {
  id: 'missing-attributes',
  ofThisSystem: true,
  finding: 'Spans of this system’s programs lack attributes that the analysis needs.',
  cause:
    'The metadata server did not answer in time, the deployment does not set OTEL_SERVICE_NAME or ' +
    'OTEL_RESOURCE_ATTRIBUTES, or an exporter removes resource attributes.',
  fix:
    'Set OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES (service.version, and on GKE k8s.*) in ' +
    'the deployment. Look for a warning about metadata in the log of the instance.',
  look: atEach(missingIn),
};

const isStated = (value: string | undefined): boolean => value !== undefined && value !== '';

const missingOfResource = perAttributes((attributes): readonly string[] =>
  RESOURCE.filter((keys) => !keys.some((key) => isStated(attributes[key]))).map((keys) =>
    keys.join(' or '),
  ),
);

function missingOf({ attributes, name }: Span): readonly string[] {
  const ofResource = missingOfResource({ attributes });
  const keys = BY_NAME[name];
  // In error, a span may not have got as far as to know.
  if (keys === undefined || attributes[ATTR.errorType]) return ofResource;
  if (ofResource.length === 0 && keys.every((key) => isStated(attributes[key]))) return ofResource;
  return [...ofResource, ...keys.filter((key) => !isStated(attributes[key]))];
}

function missingIn(request: NormalisedTrace): readonly Sighting[] {
  const isOwn = ownTest(request);
  const sightings: Sighting[] = [];
  for (const node of request.nodes) {
    const { attributes, name } = node.span;
    const missing = missingOf(node.span);
    if (missing.length === 0 || !isOwn(node)) continue;
    const lacks = () => `lacks ${missing.join(', ')}`;
    if (isStated(attributes['service.name'])) {
      const { traceId } = request;
      sightings.push({ traceId, detail: () => `${describeSpan(node)} ${lacks()}` });
    } else {
      // Without the service's name edges cannot be distinguished.
      sightings.push(explaining(request, () => `${name} (${node.span.spanId}) ${lacks()}`));
    }
  }
  return sightings;
}
