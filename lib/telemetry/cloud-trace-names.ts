import type { Attributes, AttributeValue } from '@opentelemetry/api';

/** The exporter renames these, of the HTTP conventions before they were stable. */
const LABELS = {
  'http.method': '/http/method',
  'http.url': '/http/url',
  'http.host': '/http/host',
  'http.scheme': '/http/client_protocol',
  'http.status_code': '/http/status_code',
  'http.user_agent': '/http/user_agent',
  'http.request_content_length': '/http/request/size',
  'http.response_content_length': '/http/response/size',
  'http.route': '/http/route',
} as const;

/**
 * The labels that the console filters by. The exporter fills them from the old names only, while the
 * instrumentation writes the stable conventions only; so they are filled from those here, on the way
 * out, and no other exporter sees them.
 */
const CONSOLE_LABELS = Object.entries({
  'http.request.method': 'http.method',
  'url.full': 'http.url',
  'url.scheme': 'http.scheme',
  'server.address': 'http.host',
  'http.response.status_code': 'http.status_code',
  'http.route': 'http.route',
  'user_agent.original': 'http.user_agent',
  'http.request.body.size': 'http.request_content_length',
  'http.response.body.size': 'http.response_content_length',
} as const).map(([name, old]) => ({ name, label: LABELS[old] }));

/** The name under which Cloud Trace stores an attribute. */
export function labelOf(name: string): string {
  return name.startsWith('http.') && Object.hasOwn(LABELS, name)
    ? LABELS[name as keyof typeof LABELS]
    : name;
}

/** Calls back with what the console shows of a span of HTTP, and of no other span. */
export function eachConsoleLabel(
  attributes: Attributes,
  write: (label: string, value: AttributeValue) => void,
): void {
  if (attributes['http.request.method'] === undefined) return;
  for (const { name, label } of CONSOLE_LABELS) {
    const value = attributes[name];
    if (value !== undefined) write(label, value);
  }
  if (attributes['url.full'] !== undefined || attributes['http.url'] !== undefined) return;
  const url = serverUrl(attributes);
  if (url !== undefined) write(LABELS['http.url'], url);
}

/** Server spans carry the URL in parts. */
function serverUrl(attributes: Attributes): string | undefined {
  const { 'url.scheme': scheme, 'server.address': host, 'server.port': port } = attributes;
  const { 'url.path': path, 'url.query': query } = attributes;
  if (!scheme || !host || !path) return undefined;
  return `${scheme}://${host}${port ? `:${port}` : ''}${path}${query ? `?${query}` : ''}`;
}
