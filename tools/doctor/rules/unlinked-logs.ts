import { isHealthPath } from '../../../lib/telemetry/untraced.ts';
import type { LogLine } from '../logs.ts';
import type { Rule } from '../rule.ts';

/** Fields that only a line written inside a request carries. */
const REQUEST_FIELDS = ['httpRequest', 'grpcCode', 'sequence', 'query', 'matches'] as const;

const TRACE_FIELD = /^projects\/([^/]+)\/traces\/([0-9a-f]{32})$/;

export const unlinkedLogs: Rule = {
  id: 'unlinked-logs',
  finding: 'Log lines of requests do not lead to their trace.',
  cause:
    'The line was written outside the request’s context, past lib/telemetry/log.ts, or with another ' +
    'project than the traces are stored in.',
  cure:
    'Log through lib/telemetry/log.ts inside the request’s context, one JSON object a line, and set ' +
    'GOOGLE_CLOUD_PROJECT to the project of the traces.',
  check(evidence) {
    const spanIds = new Map(
      evidence.traces.map(({ traceId, nodes }) => [
        traceId,
        new Set(nodes.map(({ span }) => span.spanId)),
      ]),
    );
    const projects = new Set(evidence.traces.map(({ projectId }) => projectId));
    return (evidence.logs ?? []).flatMap((line) => {
      const fault = faultOf(line, { spanIds, projects });
      if (fault === undefined) return [];
      const traceId = TRACE_FIELD.exec(line.trace ?? '')?.[2] ?? null;
      const message = line.message.length > 60 ? `${line.message.slice(0, 60)}…` : line.message;
      return [{ traceId, detail: `${line.where} ${JSON.stringify(message)}: ${fault}` }];
    });
  },
};

type Known = Readonly<{
  spanIds: ReadonlyMap<string, ReadonlySet<string>>;
  projects: ReadonlySet<string>;
}>;

function faultOf(line: LogLine, known: Known): string | undefined {
  if (line.fields === null) return 'is no JSON object';
  if (line.trace === undefined) {
    const field = REQUEST_FIELDS.find((name) => line.fields?.[name] !== undefined);
    return field === undefined || isProbe(line)
      ? undefined
      : `has ${field} but no logging.googleapis.com/trace`;
  }
  const [, project, traceId] = TRACE_FIELD.exec(line.trace) ?? [];
  if (project === undefined || traceId === undefined) {
    return `its trace is ${JSON.stringify(line.trace)}, not projects/PROJECT/traces/32 hex digits`;
  }
  if (known.projects.size > 0 && !known.projects.has(project)) {
    return `names project ${project}; the traces are in ${[...known.projects].join(', ')}`;
  }
  const spans = known.spanIds.get(traceId);
  if (spans && line.spanId !== undefined && line.sampled !== false && !spans.has(line.spanId)) {
    return `its span ${line.spanId} is not in the trace`;
  }
  return undefined;
}

/** Health checks have no trace to be linked with. */
function isProbe({ fields }: LogLine): boolean {
  const request = fields?.httpRequest;
  if (typeof request !== 'object' || request === null || !('requestUrl' in request)) return false;
  const { requestUrl } = request;
  if (typeof requestUrl !== 'string') return false;
  const path = URL.canParse(requestUrl) ? new URL(requestUrl).pathname : requestUrl;
  return isHealthPath(path);
}
