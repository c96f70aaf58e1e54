import { formatMs } from '../../cli/format.ts';
import type { Node } from '../../traces/tree.ts';
import { describeSpan, type Rule } from '../rule.ts';

export const impossibleTimes: Rule = {
  id: 'impossible-times',
  finding: 'Spans have times that cannot be. No figure of the comparison counts their requests.',
  cause:
    'The program that wrote the span never ended it, took start and end from different clocks, or ' +
    'the clock was set while the span was open; or a converter wrote times in another unit.',
  fix:
    'End every span (also on errors), and let the SDK take the times. If a converter wrote the ' +
    'file, compare one span with its source.',
  check: ({ traces }) =>
    traces.flatMap((trace) =>
      trace.nodes.flatMap((node) => {
        const why = impossible(node);
        const { traceId } = trace;
        return why === undefined ? [] : [{ traceId, detail: `${describeSpan(node)}: ${why}` }];
      }),
    ),
};

function impossible({ span }: Node): string | undefined {
  if (span.impossible !== undefined) return span.impossible;
  if (span.endMs >= span.startMs) return undefined;
  return `it ends ${formatMs(span.startMs - span.endMs)} before it starts`;
}
