import { ATTR, UNEXPECTED_RESULT } from '../../lib/telemetry/names.ts';
import { isHealthPath, isHealthSpan } from '../../lib/telemetry/untraced.ts';
import { type Answer, GRPC_NAMES, isErrorAnswer } from './answer.ts';
import { factsOf, type WrongCount } from './facts.ts';
import type { Span } from './model.ts';
import { perAttributes } from './per-attributes.ts';

/** How people call the platforms that `cloud.platform` names. */
export const PLATFORM_LABELS: Readonly<Record<string, string>> = {
  gcp_cloud_run: 'Cloud Run',
  gcp_kubernetes_engine: 'GKE',
};

export const serviceOf = (span: Span): string => factsOf(span).service;

/**
 * The error of a span, from its attributes, its status, or the status it was answered with (Cloud
 * Trace's v1 read API has only attributes); null: none.
 */
export function errorOf(span: Span): { type: string; message: string } | null {
  const { answer, errorType: type, labelledError } = factsOf(span);
  const answered = answer !== null && isErrorAnswer(span, answer) ? answer : null;
  const isFailed = labelledError !== undefined || span.status?.error === true;
  if (type === undefined && answered === null && !isFailed) return null;
  const message = span.attributes[ATTR.errorMessage] ?? labelledError ?? span.status?.message ?? '';
  return { type: type ?? (answered === null ? 'error' : typeOf(answered)), message };
}

/** As loadgen names what it was answered. */
const typeOf = ({ protocol, code }: Answer): string =>
  protocol === 'http' ? `http_${code}` : `grpc_${GRPC_NAMES[code]}`;

/** A wrong answer is an error too, but nobody gave up waiting for it. */
export const isWrongCountError = ({ attributes }: Span): boolean =>
  attributes[ATTR.errorType] === UNEXPECTED_RESULT;

/** Whether its process was stopped while it was open: its end is no time of work. */
export const endedAfterStop = (span: Span): boolean => factsOf(span).endedAfterStop;

/** The answer that a span says is not the known one; null where it says none. */
export const wrongCountOf = (span: Span): WrongCount | null => factsOf(span).wrongCount;

/** The wrong counts among these spans, each once, with how many spans say it; most first. */
export function tallyWrongCounts(
  spans: readonly Span[],
): readonly (WrongCount & Readonly<{ requests: number }>)[] {
  const groups = Map.groupBy(
    spans.flatMap((span) => wrongCountOf(span) ?? []),
    describeWrongCount,
  );
  return [...groups.values()]
    .flatMap((same) => same.slice(0, 1).map((wrong) => ({ ...wrong, requests: same.length })))
    .sort((one, other) => other.requests - one.requests || (one.query < other.query ? -1 : 1));
}

export const describeWrongCount = ({ query, count, expected }: WrongCount): string =>
  `the count of ${JSON.stringify(query)} is ${count}, expected ${expected}`;

export const PATH_KEYS = [
  'url.path',
  'http.target',
  '/http/path',
  'url.full',
  'http.url',
  '/http/url',
];

/** Whether a span is of what should make none: a health check, a fetch of metadata or tokens. */
export const isUnwanted = (span: Span): boolean => isHealthSpan(span.name) || asksForUnwanted(span);

/** Of its attributes. */
export const asksForUnwanted = perAttributes((attributes) =>
  PATH_KEYS.some((key) => {
    const path = pathOf(attributes[key]);
    return isHealthPath(path) || path?.startsWith('/computeMetadata/') === true;
  }),
);

/** What a span asks for, as it says it; its name where it does not. */
export function targetOf({ name, attributes }: Span): string {
  const key = PATH_KEYS.find((candidate) => attributes[candidate] !== undefined);
  return (key && attributes[key]) ?? name;
}

function pathOf(value: string | undefined): string | undefined {
  if (value === undefined || value.startsWith('/')) return value;
  return URL.canParse(value) ? new URL(value).pathname : undefined;
}
