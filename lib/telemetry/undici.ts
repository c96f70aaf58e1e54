import { isSpanContextValid, propagation, type Span } from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { redactUrl } from './redacted-query.ts';
import { isLookup, isUntracedOutgoing } from './untraced.ts';

/** A request as undici's diagnostics channels publish it. */
type UndiciRequest = Readonly<{
  origin: string;
  path: string;
  /** Names and values in turn; before undici 6 the lines of the header as one text. */
  headers: unknown;
}>;

/**
 * `fetch` and undici use no part of node:http. They publish each request on diagnostics channels, to
 * which this listens; so it patches no module and loads none, and the programs that fetch nothing do
 * not load undici.
 */
export function createUndiciInstrumentation(options: {
  healthCheckSpans: boolean;
}): UndiciInstrumentation {
  const isUntraced = options.healthCheckSpans ? isLookup : isUntracedOutgoing;
  return new UndiciInstrumentation({
    ignoreRequestHook: ({ origin, path }) => isUntraced({ path, hostname: hostnameOf(origin) }),
    startSpanHook: ({ origin, path }) => {
      const url = redactUrl(urlOf(origin, path));
      const place = path.startsWith('//') ? placeOf(url) : {};
      return { ...place, 'url.full': url.href, 'url.query': url.search.slice(1) };
    },
    requestHook: dropTraceHeaders,
  });
}

/** A path that begins with two slashes would name a host if it were resolved. */
const urlOf = (origin: string, path: string): URL =>
  path.startsWith('/') ? new URL(`${origin}${path}`) : new URL(path, origin);

/** What the instrumentation has resolved; where it could not, it makes no span. */
const placeOf = ({ pathname, hostname, port, protocol }: URL) => ({
  'url.path': pathname,
  'server.address': hostname,
  'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
});

const hostnameOf = (origin: string): string =>
  URL.canParse(origin) ? new URL(origin).hostname : '';

/**
 * The instrumentation adds its headers to those that are there. A program that passes on the headers
 * of the request that it serves would send its caller's span beside its own. instrumentation-http
 * replaces them.
 */
function dropTraceHeaders(span: Span, { headers }: UndiciRequest): void {
  if (!Array.isArray(headers) || !isSpanContextValid(span.spanContext())) return;
  const ours = new Set(propagation.fields().map((name) => name.toLowerCase()));
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (ours.has(String(headers[at]).toLowerCase())) headers.splice(at, 2);
  }
}
