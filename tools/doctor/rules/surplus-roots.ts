import type { NormalisedTrace } from '../../traces/normalise.ts';
import {
  describeSpan,
  explaining,
  type Rule,
  type Sighting,
  type Sightings,
  type Words,
} from '../rule.ts';

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
  look: () => ({
    see: (trace) => [...sharing(trace), ...trace.flatMap(rootless)],
    settle: (sightings) => {
      const isShared = ({ words }: Sightings) => words === SEVERAL_REQUESTS;
      return [...sightings.filter(isShared), ...sightings.filter((one) => !isShared(one))];
    },
  }),
};

function sharing(trace: readonly NormalisedTrace[]): readonly Sighting[] {
  const [first] = trace;
  // Whoever names the spans that are requests knows that a trace may hold several.
  if (first === undefined || first.profile === 'general' || first.requestsInTrace < 2) return [];
  const { traceId, requestsInTrace } = first;
  const roots = trace.flatMap(({ root }) => (root === null ? [] : [root]));
  const detail = () => {
    const shown = roots.slice(0, 3).map(describeSpan).join(', ');
    const more = roots.length > 3 ? ` and ${roots.length - 3} more` : '';
    return `${requestsInTrace} requests under one trace id: ${shown}${more}`;
  };
  return [{ traceId, detail, words: SEVERAL_REQUESTS }];
}

const rootless = (request: NormalisedTrace): readonly Sighting[] =>
  request.surplusRoots.map((node) =>
    explaining(request, () => {
      const { root } = request;
      const beside = root === null ? '' : `, although ${describeSpan(root)} is the root`;
      return `${describeSpan(node)} names no parent${beside}`;
    }),
  );
