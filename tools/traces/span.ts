import { ATTR } from '../../lib/telemetry/names.ts';
import { type Answer, answerOf, GRPC_NAMES, isErrorAnswer } from './answer.ts';
import type { Span } from './model.ts';

/** `service.name`, or what Cloud Run's monitored resource calls it in Cloud Trace. */
export function serviceOf(span: Span): string | undefined {
  return span.attributes['service.name'] ?? span.attributes['g.co/r/generic_task/job'];
}

/**
 * The error of a span, from its attributes, its status, or the status it was answered with (Cloud
 * Trace's v1 read API has only attributes); null: none.
 */
export function errorOf(span: Span): { type: string; message: string } | null {
  const answer = answerOf(span);
  const answered = answer !== null && isErrorAnswer(span, answer) ? answer : null;
  const type = span.attributes[ATTR.errorType];
  if (type === undefined && answered === null && span.status?.error !== true) return null;
  const message = span.attributes[ATTR.errorMessage] ?? span.status?.message ?? '';
  return { type: type ?? (answered === null ? 'error' : typeOf(answered)), message };
}

/** As loadgen names what it was answered. */
const typeOf = ({ protocol, code }: Answer): string =>
  protocol === 'http' ? `http_${code}` : `grpc_${GRPC_NAMES[code]}`;

/** Whether its process was stopped while it was open: its end is no time of work. */
export const endedAfterStop = (span: Span): boolean =>
  span.attributes[ATTR.endedAfterStop] === 'true';
