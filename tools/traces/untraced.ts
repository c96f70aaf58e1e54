import { isHealthPath, isHealthSpan } from '../../lib/telemetry/untraced.ts';
import type { Span } from './model.ts';

const PATH_KEYS = ['url.path', 'http.target', '/http/path', 'url.full', 'http.url', '/http/url'];

/** Whether a span is of what should make none: a health check, a fetch of metadata or tokens. */
export function isUnwanted(span: Span): boolean {
  if (isHealthSpan(span.name)) return true;
  return PATH_KEYS.some((key) => {
    const path = pathOf(span.attributes[key]);
    return isHealthPath(path) || path?.startsWith('/computeMetadata/');
  });
}

/** What a span asks for, as it says it; its name where it does not. */
export function targetOf({ name, attributes }: Span): string {
  const key = PATH_KEYS.find((candidate) => attributes[candidate] !== undefined);
  return (key && attributes[key]) ?? name;
}

function pathOf(value: string | undefined): string | undefined {
  if (value === undefined || value.startsWith('/')) return value;
  return URL.canParse(value) ? new URL(value).pathname : undefined;
}
