import { isRequest, missingEdges } from '../../traces/completeness.ts';
import { explaining, type Rule } from '../rule.ts';

export const expectedEdges: Rule = {
  id: 'expected-edges',
  finding: 'Requests lack spans that every request has, and no rule above says why.',
  cause:
    'A program did not store its spans: no write permission on the traces, export failing, spans ' +
    'dropped, a sampler that decides anew, or instrumentation lost.',
  cure:
    'Look at the log of the program whose span is missing, at spans lost in its last line ' +
    '(“telemetry stopped”), and at its role roles/cloudtrace.agent.',
  check: ({ traces }, explained) =>
    traces
      .filter((trace) => !explained.has(trace.traceId) && isRequest(trace))
      .flatMap((trace) =>
        missingEdges(trace).map((edge) => explaining(trace, `the trace lacks: ${edge}`)),
      ),
};
