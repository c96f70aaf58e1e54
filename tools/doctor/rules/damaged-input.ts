import { type DeviationKind, describeDeviation, isWarning } from '../../traces/deviation.ts';
import type { Place, Rule, Sightings, Words } from '../rule.ts';

const WORDS: Words = {
  finding: 'The input holds data that may not be what the programs wrote.',
  cause: 'A converter, a processor of the collector, or the writer of the file changed it.',
  fix: 'Compare one span with what its program exports, and correct what changes it.',
};

const CUT: Words = {
  finding:
    'The input ends in the middle. What is before that was read; parents and other spans that seem ' +
    'to be missing may be in the part that is lost.',
  cause: 'The writer was stopped, or the file was rotated or copied, in the middle of a line.',
  fix: 'Let the writer finish (stop the collector with SIGTERM), or save the traces again.',
};

const OF_KIND: Partial<Readonly<Record<DeviationKind, Words>>> = {
  'dropped-by-sdk': {
    finding: 'Programs dropped attributes, events or links before they exported their spans.',
    cause:
      'A span holds more than the limits of its SDK allow (OTEL_SPAN_*_LIMIT, 128 by default).',
    fix: 'Raise the limit of the SDK, or write less into one span.',
  },
  'conflicting-span': {
    finding: 'Different spans have the same id. The first one was kept.',
    cause:
      'Span ids repeat: a generator without enough randomness, a process that was copied while it ' +
      'ran, or files of two systems in one input.',
    fix: 'Use the id generator of the SDK, and look at the inputs one by one.',
  },
  'span-limit': {
    finding: 'Traces have as many spans as Cloud Trace returns at most, and may be cut off.',
    cause:
      'One trace id collects spans without end: a long loop, or a trace id that is used again.',
    fix: 'Start a new trace for each unit of work.',
  },
  'implausible-date': {
    finding: 'Spans lie before the year 2000 or after 2100.',
    cause: 'The times are in another unit than the format has, or the host had no time yet.',
    fix: 'Write the times in the unit that the format defines.',
  },
  'implausible-duration': {
    finding: 'Spans last longer than a day.',
    cause:
      'Start and end are in different units or from different clocks, or the span was ended late.',
    fix: 'Take both times from one clock, and end every span (also on errors).',
  },
};

/** What the reader met: each kind is a finding, with the count and an example in its detail. */
export const damagedInput: Rule = {
  id: 'damaged-input',
  ...WORDS,
  look: () => ({
    finish: ({ deviations, cutShort }) => [
      ...(cutShort === null ? [] : [one({ traceId: null, detail: cutShort }, CUT, 1)]),
      ...deviations
        .filter(({ kind }) => isWarning(kind))
        .map((deviation) => {
          const { traceId } = deviation.example;
          const place = { traceId, detail: describeDeviation(deviation) };
          return one(place, OF_KIND[deviation.kind] ?? WORDS, deviation.count);
        }),
    ],
  }),
};

const one = (place: Place, words: Words, count: number): Sightings => ({
  ...{ words, count, traces: 1 },
  places: [place],
});
