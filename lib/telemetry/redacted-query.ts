/**
 * The parameters of a URL that let whoever reads them in: signatures, as in the list that
 * instrumentation-http has by default. Here, because instrumentation-undici has none.
 */
export const SECRET_PARAMETERS = [
  ...['sig', 'Signature', 'AWSAccessKeyId', 'X-Goog-Signature'],
  ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token'],
];

/** The URL as a span may show it: no user, no password, no secret parameter. */
export function redactUrl(url: URL): URL {
  const redacted = new URL(url);
  if (redacted.username !== '' || redacted.password !== '') {
    redacted.username = REDACTED;
    redacted.password = REDACTED;
  }
  for (const name of SECRET_PARAMETERS) {
    if (redacted.searchParams.has(name)) redacted.searchParams.set(name, REDACTED);
  }
  return redacted;
}

const REDACTED = 'REDACTED';
