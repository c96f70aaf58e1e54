import { isRequest, missingEdges } from '../../traces/completeness.ts';
import { failureOf } from '../../traces/failure.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { explaining, platformOf, type Rule, type Sighting, type Words } from '../rule.ts';

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
  ...WORDS,
  check({ traces }, explained) {
    const requests = traces.filter(isRequest);
    const lacking = requests
      // Below a call that failed nothing is expected; that is another finding.
      .filter((trace) => !explained.has(trace.traceId) && failureOf(trace) === null)
      .flatMap((trace) => missingEdges(trace).map((edge) => ({ trace, edge })));
    const alike = ({ trace, edge }: Lacking) =>
      `${platformOf(trace)} ${edge.replace(/[0-9a-f]{16}|\d+/g, '…')}`;
    return [...Map.groupBy(lacking, alike).values()].flatMap((same): Sighting[] => {
      const platform = platformOf(same[0]?.trace);
      const all = requests.filter((trace) => platformOf(trace) === platform).length;
      const isAlways = all > 1 && new Set(same.map(({ trace }) => trace)).size === all;
      const words = isAlways ? ALWAYS : WORDS;
      return same.map(({ trace, edge }) => ({
        ...explaining(trace, `the trace lacks: ${edge}`),
        words,
      }));
    });
  },
};

type Lacking = Readonly<{ trace: NormalisedTrace; edge: string }>;

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
