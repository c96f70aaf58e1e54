import { formatMs } from '../../cli/format.ts';
import { impossibleDelayOf } from '../../traces/start-delay.ts';
import type { Node } from '../../traces/tree.ts';
import { withImpossibleDelay } from '../../traces/tree-deviations.ts';
import { atEach, describeSpan, type Rule, type Words } from '../rule.ts';

export const impossibleTimes: Rule = {
  id: 'impossible-times',
  finding: 'Spans have times that cannot be. No figure of the comparison counts their requests.',
  cause:
    'The program that wrote the span never ended it, took start and end from different clocks, or ' +
    'the clock was set while the span was open; or a converter wrote times in another unit.',
  fix:
    'End every span (also on errors), and let the SDK take the times. If a converter wrote the ' +
    'file, compare one span with its source.',
  look: atEach((request) => {
    const { traceId } = request;
    const spans = request.nodes.filter(isImpossible).map((node) => ({
      traceId,
      detail: () => `${describeSpan(node)}: ${whyImpossible(node)}`,
    }));
    const delays = withImpossibleDelay(request).map((node) => ({
      traceId,
      detail: () => `${describeSpan(node)}: ${impossibleDelayOf(node)}`,
      words: DELAY,
    }));
    return [...spans, ...delays];
  }),
};

const DELAY: Words = {
  finding: 'Requests have impossible start delays. No latency counts these requests.',
  cause:
    'The program that wrote them took the scheduled time and the start from different clocks, or ' +
    'wrote the delay in another unit than microseconds.',
  fix: 'Compare the scheduled time, the start and the delay of one of these requests.',
};

const isImpossible = ({ span }: Node): boolean =>
  span.impossible !== undefined || !(span.endMs >= span.startMs);

const whyImpossible = ({ span }: Node): string =>
  span.impossible ?? `it ends ${formatMs(span.startMs - span.endMs)} before it starts`;
