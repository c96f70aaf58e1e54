import { ATTR } from '../../../lib/telemetry/names.ts';
import { requestRootOf } from '../../traces/normalise.ts';
import type { Node } from '../../traces/tree.ts';
import { describeSpan, type Rule } from '../rule.ts';

export const mixedHeaderFormats: Rule = {
  id: 'mixed-header-formats',
  finding: 'Programs on one platform take the parent span from different headers.',
  cause:
    'OTEL_PROPAGATORS differs between programs or between two revisions in this time window, or ' +
    'a proxy drops one of the headers.',
  fix: 'Give all programs the same OTEL_PROPAGATORS and deploy them together.',
  check({ traces }) {
    const platforms = new Map<string, Found[]>();
    for (const trace of traces) {
      // Calls from outside bring whatever header they like.
      if (requestRootOf(trace) === null) continue;
      for (const node of trace.nodes) {
        const source = node.span.attributes[ATTR.parentSource];
        if (source === undefined || node.span.kind !== 'server') continue;
        const platform = node.span.attributes['cloud.platform'] ?? 'an unknown platform';
        const found = platforms.get(platform) ?? [];
        found.push({ source, node, traceId: trace.traceId });
        platforms.set(platform, found);
      }
    }
    return [...platforms].flatMap(([platform, found]) => sightings(platform, found));
  },
};

type Found = Readonly<{ source: string; node: Node; traceId: string }>;

/** What most spans use is what is meant; the others are the sightings. */
function sightings(platform: string, found: readonly Found[]) {
  const groups = Object.entries(Object.groupBy(found, ({ source }) => source)).sort(
    ([one, a], [other, b]) => (b?.length ?? 0) - (a?.length ?? 0) || (one < other ? -1 : 1),
  );
  const usual = groups[0]?.[0];
  return groups.slice(1).flatMap(([source, others]) =>
    (others ?? []).map(({ node, traceId }) => ({
      traceId,
      detail: `${describeSpan(node)} was reached by ${source}, most spans on ${platform} by ${usual}`,
      explains: [traceId],
    })),
  );
}
