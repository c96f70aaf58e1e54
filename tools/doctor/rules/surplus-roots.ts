import type { NormalisedTrace } from '../../traces/normalise.ts';
import { describeSpan, type Rule, type Sighting, type Words } from '../rule.ts';

const SEVERAL_REQUESTS: Words = {
  finding: 'Several requests share one trace id. Each is read as a request.',
  cause:
    'The caller starts its requests inside one active span or passes one trace id on to all of ' +
    'them, so that the trace viewer shows them as one.',
  fix:
    'Start each request as a new root (loadgen does it with root: true), and send no trace header ' +
    'from before it.',
};

const WORDS: Words = {
  finding: 'Traces have more than one root.',
  cause:
    'A program took over the trace id and lost the parent: the context was lost before the span ' +
    'was started, or the parent id was removed on the way.',
  fix:
    'Start the span inside the context of its caller (check asynchronous code and queues), and ' +
    'keep the parent id in every converter.',
};

export const surplusRoots: Rule = {
  id: 'surplus-roots',
  ...WORDS,
  check({ traces }) {
    const shared = Map.groupBy(
      traces.filter(({ requestsInTrace }) => requestsInTrace > 1),
      ({ traceId }) => traceId,
    );
    return [
      ...[...shared].map(([traceId, requests]) => sharing(traceId, requests)),
      ...traces.flatMap(rootless),
    ];
  },
};

function sharing(traceId: string, requests: readonly NormalisedTrace[]): Sighting {
  const count = requests[0]?.requestsInTrace ?? 0;
  const roots = requests.flatMap(({ root }) => (root === null ? [] : [describeSpan(root)]));
  const shown = roots.slice(0, 3).join(', ');
  const more = roots.length > 3 ? ` and ${roots.length - 3} more` : '';
  const detail = `${count} requests under one trace id: ${shown}${more}`;
  return { traceId, detail, words: SEVERAL_REQUESTS };
}

const rootless = ({ traceId, root, surplusRoots: surplus }: NormalisedTrace): readonly Sighting[] =>
  surplus.map((node) => ({
    traceId,
    detail:
      `${describeSpan(node)} names no parent` +
      (root === null ? '' : `, although ${describeSpan(root)} is the root`),
    explains: [traceId],
  }));
