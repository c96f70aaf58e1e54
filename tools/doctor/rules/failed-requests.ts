import { counted } from '../../cli/format.ts';
import { isRequest } from '../../traces/completeness.ts';
import { type FailureGroup, tallyFailures } from '../../traces/failure.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { explainFailure } from '../failure-words.ts';
import { platformOf, type Rule, type Sighting, type Words } from '../rule.ts';

export const failedRequests: Rule = {
  id: 'failed-requests',
  finding: 'Requests failed.',
  cause: 'Each group of failures has its own cause.',
  fix: 'Look at the first trace of each group.',
  check({ traces }) {
    const platforms = Map.groupBy(traces, platformOf);
    return [...platforms].flatMap(([platform, ofPlatform]) =>
      tallyFailures(ofPlatform).flatMap((group) => sightings(group, { platform, ofPlatform })),
    );
  },
};

type Place = Readonly<{ platform: string; ofPlatform: readonly NormalisedTrace[] }>;

function sightings(group: FailureGroup, place: Place): readonly Sighting[] {
  const words = wordsOf(group, place);
  return group.requests.map(({ tree, failure }) => ({
    ...{ traceId: tree.traceId, detail: failure.detail, words, tree },
  }));
}

function wordsOf(group: FailureGroup, { platform, ofPlatform }: Place): Words {
  const { outcome, where, callee } = group.failure;
  const requests = ofPlatform.filter(isRequest);
  const count = group.requests.length;
  const isOfRequests = group.requests.every(({ tree }) => requests.includes(tree));
  const of = isOfRequests
    ? `${count} of ${counted(requests.length, 'request')}`
    : counted(count, 'call');
  const on = platform === '' ? '' : ` on ${platform}`;
  const seen = otherTracesOf(callee, group, ofPlatform);
  return {
    finding: `${of}${on} failed with ${outcome}: ${where}. ${since(group, requests)}`,
    ...explainFailure(group.failure, seen),
  };
}

/** Whether the callee's spans arrive at all: then its sampler and its exporter work. */
function otherTracesOf(
  callee: string,
  group: FailureGroup,
  traces: readonly NormalisedTrace[],
): string {
  const failed = new Set(group.requests.map(({ tree }) => tree));
  const count = traces.filter(
    (tree) =>
      !failed.has(tree) &&
      tree.nodes.some(({ service, frontEnd }) => !frontEnd && service === callee),
  ).length;
  if (count === 0) return `No other trace here has spans of ${callee} either.`;
  const have = count === 1 ? 'other trace here has' : 'other traces here have';
  return `${count} ${have} spans of ${callee}: it is sampled, and its spans can be stored.`;
}

/** Since when, and whether it went on. */
function since(
  { requests, sinceMs, lastMs }: FailureGroup,
  all: readonly NormalisedTrace[],
): string {
  const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  if (requests.length === 1) return `It began at ${at(sinceMs)}.`;
  const failed = new Set(requests.map(({ tree }) => tree));
  const between = all.filter(
    (tree) => !failed.has(tree) && tree.startMs > sinceMs && tree.startMs < lastMs,
  ).length;
  return (
    `The first began at ${at(sinceMs)}, the last at ${at(lastMs)}; ` +
    `${between === 0 ? 'no other request' : counted(between, 'other request')} began in between.`
  );
}
