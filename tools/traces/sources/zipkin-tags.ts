import type { Span } from '../model.ts';
import type { Labels } from './labels.ts';

/** What OpenTelemetry's exporters for Zipkin write of what the SDK dropped. */
const DROPPED = [
  'otel.dropped_attributes_count',
  'otel.dropped_events_count',
  'otel.dropped_links_count',
];

/**
 * What Zipkin and OpenTelemetry's exporters say in tags that the model has a place for. `error` says
 * what the error was, if only by being there; some write `false` for none.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
 */
export function takeOtelTags(given: Labels): Readonly<{
  tags: Labels;
  status: NonNullable<Span['status']>;
  dropped: readonly Readonly<{ name: string; count: number }>[];
}> {
  const { error, 'otel.status_code': code, ...rest } = given;
  const tags = Object.fromEntries(Object.entries(rest).filter(([key]) => !DROPPED.includes(key)));
  const isError = code === undefined ? error !== undefined && error !== 'false' : code === 'ERROR';
  const text = error === undefined || /^(true|false|)$/.test(error) ? '' : error;
  return {
    tags,
    status: { error: isError, ...(text !== '' && { message: text }) },
    dropped: DROPPED.flatMap((name) => {
      const count = Number(rest[name] ?? 0);
      return Number.isInteger(count) && count > 0 ? [{ name, count }] : [];
    }),
  };
}
