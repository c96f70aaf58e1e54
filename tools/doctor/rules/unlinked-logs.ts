import { excerpt } from '../../../lib/telemetry/excerpt.ts';
import { LOG_FIELD } from '../../../lib/telemetry/log-fields.ts';
import { isHealthPath } from '../../../lib/telemetry/untraced.ts';
import { counted } from '../../cli/format.ts';
import type { LogLine } from '../logs.ts';
import type { Look, Rule } from '../rule.ts';
import { createSightings } from '../sightings.ts';

/** Fields that only a line written inside a request carries. */
const REQUEST_FIELDS = ['httpRequest', 'grpcCode', 'sequence', 'query', 'matches'] as const;

/** As Google's APIs name a trace. */
const TRACE_NAME = /^projects\/([^/]+)\/traces\/([0-9a-f]{32})$/;

export const unlinkedLogs: Rule = {
  id: 'unlinked-logs',
  finding: 'Log lines of requests do not lead to their trace.',
  cause:
    'The line was written outside the context of the request, by a logger other than ' +
    'lib/telemetry/log.ts, or with a project other than that of the traces.',
  fix:
    'Log through lib/telemetry/log.ts inside the context of the request, one JSON object a line, ' +
    'and set GOOGLE_CLOUD_PROJECT to the project of the traces.',
  general: {
    cause:
      'The line was written outside the context of the request, or with a project other than that ' +
      'of the traces.',
    fix:
      'Log inside the context of the request, one JSON object a line, with the trace and the span in ' +
      'the fields that Cloud Logging names.',
  },
  blind({ logs, requests, withoutProject: unknown }) {
    if (logs === undefined) return { why: 'no log file was given (--logs FILE)', all: true };
    if (unknown === 0) return null;
    const why =
      `${unknown} of ${counted(requests, 'trace')} name no project (their spans have no gcp.project_id), ` +
      'so whether log lines name the right project was not checked; the trace and span ids were';
    return { why, all: false };
  },
  look: ({ logs = [] }) => look(logs),
};

/** Of traces that log lines name: their project, and which of the named spans they have. */
type Known = Readonly<{
  traces: ReadonlyMap<string, Readonly<{ projectId: string; spanIds: ReadonlySet<string> }>>;
  /** The empty one among them: a trace whose project nobody knows. */
  projects: ReadonlySet<string>;
}>;

function look(logs: readonly LogLine[]): Look {
  const named = Map.groupBy(logs, ({ trace = '' }) => TRACE_NAME.exec(trace)?.[2] ?? '');
  const known = {
    traces: new Map<string, { projectId: string; spanIds: Set<string> }>(),
    projects: new Set<string>(),
  };
  return {
    see(trace) {
      for (const { traceId, projectId, nodes } of trace) {
        known.projects.add(projectId);
        const lines = named.get(traceId);
        if (lines === undefined) continue;
        // Several requests may share a trace id.
        const { spanIds } = known.traces.get(traceId) ?? { spanIds: new Set<string>() };
        const sought = new Set(lines.map(({ spanId }) => spanId));
        for (const { span } of nodes) if (sought.has(span.spanId)) spanIds.add(span.spanId);
        known.traces.set(traceId, { projectId, spanIds });
      }
      return [];
    },
    finish() {
      const seen = createSightings(0);
      for (const line of logs) {
        const fault = faultOf(line, known);
        if (fault === undefined) continue;
        const traceId = TRACE_NAME.exec(line.trace ?? '')?.[2] ?? null;
        const detail = () => `${line.where} ${JSON.stringify(excerpt(line.message, 60))}: ${fault}`;
        seen.add([{ traceId, detail }], []);
      }
      return seen.all(() => false);
    },
  };
}

function faultOf(line: LogLine, known: Known): string | undefined {
  if (line.fields === null) return 'is not a JSON object';
  if (line.trace === undefined) {
    const field = REQUEST_FIELDS.find((name) => line.fields?.[name] !== undefined);
    return field === undefined || isProbe(line)
      ? undefined
      : `has ${field} but no ${LOG_FIELD.trace}`;
  }
  const [, project, traceId] = TRACE_NAME.exec(line.trace) ?? [];
  if (project === undefined || traceId === undefined) {
    return `its trace field is ${JSON.stringify(line.trace)}, not projects/PROJECT/traces/32 hex digits`;
  }
  const trace = known.traces.get(traceId);
  const projects = trace === undefined ? known.projects : new Set([trace.projectId]);
  if (projects.size > 0 && !projects.has(project) && !projects.has('')) {
    return `names project ${project}; the traces are in ${[...projects].join(', ')}`;
  }
  if (trace === undefined || line.sampled === false) return undefined;
  if (line.spanId === undefined) {
    return isOfProgram(line) ? `has a trace but no ${LOG_FIELD.spanId}` : undefined;
  }
  if (!trace.spanIds.has(line.spanId)) return `its span ${line.spanId} is not in the trace`;
  return undefined;
}

/** A program's line about a request. A platform's own line of a request has no message. */
const isOfProgram = ({ fields, message }: LogLine): boolean =>
  message !== '' && REQUEST_FIELDS.some((name) => fields?.[name] !== undefined);

/** Health checks have no trace to be linked with. */
function isProbe({ fields }: LogLine): boolean {
  const request = fields?.httpRequest;
  if (typeof request !== 'object' || request === null || !('requestUrl' in request)) return false;
  const { requestUrl } = request;
  if (typeof requestUrl !== 'string') return false;
  const path = URL.canParse(requestUrl) ? new URL(requestUrl).pathname : requestUrl;
  return isHealthPath(path);
}
