import { isRequest, missingEdges } from '../../traces/completeness.ts';
import { failureOf } from '../../traces/failure.ts';
import {
  explaining,
  type Look,
  platformOf,
  type Rule,
  type Sighting,
  type Words,
} from '../rule.ts';

const WORDS: Words = {
  finding: 'Requests lack spans that every request has, and no rule above says why.',
  cause:
    'Spans of the program were lost (its process was killed, its queue was full, an export ' +
    'failed), or some of its instances do not sample or run without telemetry.',
  fix:
    'Look at the log of the program whose span is missing: export errors, and lost spans in its ' +
    'last line (“telemetry stopped”).',
};

export const expectedEdges: Rule = {
  id: 'expected-edges',
  ofThisSystem: true,
  ...WORDS,
  ofSymptoms: true,
  look,
};

function look(): Look {
  const tracesOn = new Map<string, number>();
  const platforms = new Map<string, string>();
  const count = (platform: string): void => {
    tracesOn.set(platform, (tracesOn.get(platform) ?? 0) + 1);
  };
  return {
    see(trace, isExplained) {
      const platformsHere = new Set<string>();
      const sightings = trace.flatMap((request): Sighting[] => {
        if (!isRequest(request)) return [];
        const platform = platformOf(request);
        platformsHere.add(platform);
        if (isExplained) return [];
        const missing = missingEdges(request);
        // Below a call that failed nothing is expected; that is another finding.
        if (missing.length === 0 || failureOf(request) !== null) return [];
        return missing.map((edge) => {
          const group = `${platform} ${edge.replace(/[0-9a-f]{16}|\d+/g, '…')}`;
          platforms.set(group, platform);
          return { ...explaining(request, () => `the trace lacks: ${edge}`), group };
        });
      });
      for (const platform of platformsHere) count(platform);
      return sightings;
    },
    again(trace) {
      for (const platform of new Set(trace.filter(isRequest).map(platformOf))) count(platform);
    },
    settle: (sightings) =>
      sightings.map((alike) => {
        const all = tracesOn.get(platforms.get(alike.group ?? '') ?? '') ?? 0;
        return { ...alike, words: all > 1 && alike.traces === all ? ALWAYS : WORDS };
      }),
  };
}

/** Not one request on its platform has the span, although all succeeded: so the program ran. */
const ALWAYS: Words = {
  finding: 'Not one request on the platform has these spans, although the requests succeeded.',
  cause:
    'Four causes look alike in a trace: the program does not sample (OTEL_TRACES_SAMPLER, or a ' +
    'header without the sampled flag and MISSING_SAMPLED_FLAG=drop), its CPU stops before it stores ' +
    'its spans (request-based billing with SPAN_FLUSH=background), it exports nothing ' +
    '(OTEL_TRACES_EXPORTER=none, no permission to write traces, another project), or it is not ' +
    'instrumented (started without the preload, or not traced at all).',
  fix:
    'Read the line “telemetry stopped” of the program whose span is missing. If unsampled is above ' +
    '0, the sampler or the flag is at fault. If spans were lost as stillWaiting, the program ended ' +
    'before it stored them: set SPAN_FLUSH=before-response, and end it by SIGTERM. If they were ' +
    'lost for another reason, the export is at fault (roles/cloudtrace.agent, project). If it ' +
    'started no spans, or the line is missing, start it with the preload.',
};
