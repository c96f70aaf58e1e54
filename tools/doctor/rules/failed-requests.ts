import { counted } from '../../cli/format.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { createFailureTally, type FailureGroup } from '../failure-tally.ts';
import { explainFailure } from '../failure-words.ts';
import { explainGeneralFailure } from '../general-failure-words.ts';
import { type Look, platformOf, type Rule, type Sightings, type Words } from '../rule.ts';

export const failedRequests: Rule = {
  id: 'failed-requests',
  finding: 'Requests failed.',
  cause: 'Each group of failures has its own cause.',
  fix: 'Look at the first trace of each group.',
  look,
};

function look(): Look {
  const platforms = new Map<string, ReturnType<typeof createFailureTally>>();
  const count = (trace: readonly NormalisedTrace[]): void => {
    for (const request of trace) tallyOf(platformOf(request)).see(request);
  };
  return {
    see(trace) {
      count(trace);
      return [];
    },
    again: count,
    finish: () =>
      [...platforms].flatMap(([platform, tally]) =>
        tally.all().map((group): Sightings => {
          const { count, places, tree } = group;
          const words = wordsOf(group, { platform, requests: tally.requests() });
          return { words, count, traces: count, places, tree };
        }),
      ),
  };

  function tallyOf(platform: string) {
    const tally = platforms.get(platform) ?? createFailureTally();
    platforms.set(platform, tally);
    return tally;
  }
}

type Of = Readonly<{ platform: string; requests: number }>;

function wordsOf(group: FailureGroup, { platform, requests }: Of): Words {
  const { count, failure, ofRequests, tree } = group;
  const explain = tree.profile === 'general' ? explainGeneralFailure : explainFailure;
  const of =
    ofRequests === count ? `${count} of ${counted(requests, 'request')}` : counted(count, 'call');
  const on = platform === '' ? '' : ` on ${platform}`;
  return {
    finding: `${of}${on} failed with ${failure.outcome}: ${failure.where}. ${since(group)}`,
    ...explain(failure, otherTracesOf(group)),
  };
}

/** Whether the callee's spans arrive at all: then its sampler and its exporter work. */
function otherTracesOf({ failure: { callee }, othersOfCallee: count }: FailureGroup): string {
  if (count === 0) return `No other trace here has spans of ${callee} either.`;
  const have = count === 1 ? 'other trace here has' : 'other traces here have';
  return `${count} ${have} spans of ${callee}: it is sampled, and its spans can be stored.`;
}

/** Since when, and whether it went on. */
function since({ count, sinceMs, lastMs, between }: FailureGroup): string {
  const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  if (count === 1) return `It began at ${at(sinceMs)}.`;
  return (
    `The first began at ${at(sinceMs)}, the last at ${at(lastMs)}; ` +
    `${between === 0 ? 'no other request' : counted(between, 'other request')} began in between.`
  );
}
