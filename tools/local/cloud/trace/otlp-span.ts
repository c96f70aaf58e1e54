import { type DeviationKind, describeDeviation, NO_EXAMPLE } from '../../../traces/deviation.ts';
import type { Span } from '../../../traces/model.ts';
import type { Labels } from '../../../traces/sources/labels.ts';
import { decodeResources, decodeSpan } from '../../../traces/sources/otlp/decode.ts';
import { sharedLabels } from '../../../traces/sources/shared-labels.ts';
import type { Report } from '../../../traces/sources/trace-format.ts';
import { UnreadableError } from '../../../traces/sources/unreadable.ts';
import { checkAttributes, checkBytes, checkCount, invalid, SPAN_LIMITS } from './limits.ts';

/** Spans of one request, each converted, or the reason why it was not. */
export type OtlpResult = Readonly<{ spans: readonly Span[]; rejected: readonly string[] }>;

/** What a reader of files only tells of, and the service refuses: OTLP has neither. */
const REFUSED: ReadonlySet<DeviationKind> = new Set([
  'base64-id',
  'old-scope-name',
  'impossible-event-time',
]);

/** What deviates and is stored anyway is not reported, as in the real service. */
const strict: Report = (kind, { value }) => {
  if (!REFUSED.has(kind)) return;
  throw new UnreadableError(
    '',
    describeDeviation({ kind, count: 1, example: { ...NO_EXAMPLE, value } }),
  );
};

/**
 * Converts a request to the tools' model by the one decoder. Throws INVALID_ARGUMENT where the
 * request is none, or a resource is not of this project; a span by itself is rejected.
 */
export function parseOtlpRequest(request: unknown, projectId: string): OtlpResult {
  const resources = refusing('the request', () => decodeResources(request, strict));
  for (const { labels } of resources) checkProject(labels['gcp.project_id'], projectId);
  const spans: Span[] = [];
  const rejected: string[] = [];
  for (const { labels, lists } of resources) {
    for (const { field, scope, spans: listed } of lists) {
      const shared = sharedLabels({ ...labelsOfScope(scope), ...labels });
      for (const [index, raw] of listed.entries()) {
        try {
          const at = `${field}[${index}]`;
          spans.push(refusing(at, () => checked(decodeSpan(raw, shared, strict))));
        } catch (error) {
          rejected.push((error as Error).message);
        }
      }
    }
  }
  return { spans, rejected };
}

/**
 * The instrumentation that made a list of spans, by the keys of Google's exporter for Go and of its
 * collector, where the attributes of spans and resource win too.
 */
function labelsOfScope(scope: unknown): Labels {
  const { name, version } = (scope ?? {}) as Readonly<{ name?: unknown; version?: unknown }>;
  return {
    ...(isText(name) && { 'otel.scope.name': name }),
    ...(isText(version) && { 'otel.scope.version': version }),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function checkProject(project: string | undefined, projectId: string): void {
  if (project === projectId) return;
  throw invalid(
    'resource.attributes["gcp.project_id"]',
    project === undefined
      ? 'Resource is missing required attribute "gcp.project_id"'
      : `the project ${project} is not the caller's, ${projectId}`,
  );
}

function refusing<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnreadableError ? invalid(field, error.message) : error;
  }
}

/** The span within the service's limits. */
function checked(span: Span): Span {
  const { events = [], links = [] } = span;
  if (span.impossible !== undefined) throw invalid('span', span.impossible);
  checkBytes('name', span.name, SPAN_LIMITS.displayNameBytes);
  checkCount('events', events.length, SPAN_LIMITS.events);
  checkCount('links', links.length, SPAN_LIMITS.links);
  checkAttributes('attributes', span.attributes);
  for (const { attributes } of events) checkAttributes('events.attributes', attributes);
  return span;
}
