/**
 * What the front end answers without a container, in the words of the real one. gRPC callers get
 * the same HTTP answers, which their library maps: 401 UNAUTHENTICATED, 403 PERMISSION_DENIED, 404
 * UNIMPLEMENTED, 429, 502, 503 and 504 UNAVAILABLE.
 * https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
 */
export type Refusal = Readonly<{
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** For the person who runs this; never sent. */
  reason: string;
}>;

const page = (title: string, heading: string, text: string) => `<html><head>
<meta http-equiv="content-type" content="text/html;charset=utf-8">
<title>${title}</title>
</head>
<body text=#000000 bgcolor=#ffffff>
<h1>Error: ${heading}</h1>
<h2>${text}</h2>
<h2></h2>
</body></html>
`;

const html = { 'content-type': 'text/html; charset=UTF-8' };
const plain = { 'content-type': 'text/plain' };

export const UNAUTHORIZED = (reason: string): Refusal => ({
  status: 401,
  headers: {
    ...html,
    'www-authenticate':
      'Bearer error="invalid_token" error_description="The access token could not be verified"',
  },
  body: page(
    '401 Unauthorized',
    'Unauthorized',
    'Your client does not have permission to the requested URL.',
  ),
  reason,
});

export const FORBIDDEN = (reason: string): Refusal => ({
  status: 403,
  headers: html,
  body: page(
    '403 Forbidden',
    'Forbidden',
    'Your client does not have permission to get the requested URL from this server.',
  ),
  reason,
});

export const NOT_FOUND = (reason: string): Refusal => ({
  status: 404,
  headers: html,
  body: page('404 Page not found', 'Page not found', 'The requested URL was not found.'),
  reason,
});

export const NO_INSTANCE: Refusal = {
  status: 429,
  headers: plain,
  body: 'Rate exceeded.',
  reason: 'the request was aborted because there was no available instance',
};

export const UNAVAILABLE = (reason: string): Refusal => ({
  status: 503,
  headers: html,
  body: page(
    '503 Server Error',
    'Server Error',
    'The service you requested is not available at this time.',
  ),
  reason,
});

export const TIMED_OUT: Refusal = {
  status: 504,
  headers: plain,
  body: 'upstream request timeout',
  reason: 'the request reached the service’s request timeout',
};

/** https://cloud.google.com/run/docs/known-issues#ah: never reaches a container. */
export function isReservedPath(path: string): boolean {
  const pathname = path.split('?')[0] ?? path;
  return pathname.endsWith('z') || pathname === '/_ah' || pathname.startsWith('/_ah/');
}
