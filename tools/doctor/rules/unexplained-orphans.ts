import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Node } from '../../traces/tree.ts';
import { atEach, describeSpan, explaining, type Rule, type Words } from '../rule.ts';

/** Where b3 arrives, a server span says so. Without it, the parent is always the front end's span. */
const REPLACED: Words = {
  finding:
    'Cloud Run’s front end replaced the parent of these spans, and its own span is not stored.',
  cause:
    'The front end puts its own span id into X-Cloud-Trace-Context and traceparent, and stores its ' +
    'span only sometimes. No b3 header arrived that could restore the parent.',
  fix:
    'Put b3 into OTEL_PROPAGATORS of the caller and of the program that was called; a program in ' +
    'another language needs a b3 propagator beside its own.',
};

export const unexplainedOrphans: Rule = {
  id: 'unexplained-orphans',
  finding: 'Spans name a parent that is not in the trace, and nothing marks it as external.',
  cause:
    'The parent was never stored (its process was killed, its export failed, its queue was full, ' +
    'or it is not sampled), or the platform’s front end put its own span id in place of ' +
    'the parent’s and no b3 header restored it.',
  fix:
    'Look for lost spans in the last line of the calling program (“telemetry stopped”). On Cloud ' +
    'Run keep b3 in OTEL_PROPAGATORS of every program; a program in another language needs a b3 ' +
    'propagator beside its own.',
  general: {
    finding: 'Spans name a parent that is not in the trace.',
    cause:
      'The parent was never stored: its process was killed, its export failed, it is not sampled, or ' +
      'its program sends its spans to another place. Or something on the way changed the headers.',
    fix:
      'Look for the program that made the parent, and check its sampler and its exporter. If what ' +
      'calls the system is not traced on purpose, name the first span of a request by --root.',
  },
  ofSymptoms: true,
  look: atEach((request) =>
    request.nodes
      .filter(({ orphan }) => orphan)
      .map((node) => ({
        ...explaining(request, () => describeOrphan(node)),
        ...(isReplaced(node) && { words: REPLACED }),
      })),
  ),
};

function isReplaced({ span }: Node): boolean {
  const source = span.attributes[ATTR.parentSource];
  const isCloudRun = span.attributes['cloud.platform'] === 'gcp_cloud_run';
  return isCloudRun && span.kind === 'server' && source !== undefined && source !== 'b3';
}

function describeOrphan(node: Node): string {
  const source = node.span.attributes[ATTR.parentSource];
  const from = source === undefined ? '' : `, from the ${source} header,`;
  return `${describeSpan(node)}: its parent ${node.span.parentSpanId}${from} is missing`;
}
