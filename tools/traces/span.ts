import { ATTR } from '../../lib/telemetry/names.ts';
import type { Span } from './model.ts';

/** `service.name`, or what Cloud Run's monitored resource calls it in Cloud Trace. */
export function serviceOf(span: Span): string | undefined {
  return span.attributes['service.name'] ?? span.attributes['g.co/r/generic_task/job'];
}

/** The error of a span, from its status or its attributes (v1 has no status); null: none. */
export function errorOf(span: Span): { type: string; message: string } | null {
  const type = span.attributes[ATTR.errorType];
  if (type === undefined && span.status?.error !== true) return null;
  const message = span.attributes[ATTR.errorMessage] ?? span.status?.message ?? '';
  return { type: type ?? 'error', message };
}

/** Whether its process was stopped while it was open: its end is no time of work. */
export const endedAfterStop = (span: Span): boolean =>
  span.attributes[ATTR.endedAfterStop] === 'true';
