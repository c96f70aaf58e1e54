/** What callers may take of an HTTP server. */
export type HttpLimits = Readonly<{
  /** Open at a time; one more is closed at once. */
  connections: number;
  /** How long a request, headers and body, may take to arrive; then it is answered with 408. */
  receiveTimeoutMs: number;
}>;

/** Node looks for requests that are late only now and then; every 30 s by default. */
const CHECKS_IN_TIMEOUT = 5;

/** The options of node's createServer for these limits. The size of headers is node's, 16 KiB. */
export function httpServerOptions({ receiveTimeoutMs }: HttpLimits) {
  return {
    requestTimeout: receiveTimeoutMs,
    headersTimeout: receiveTimeoutMs,
    // Node's own refusal has no body; checkHost answers with a problem.
    requireHostHeader: false,
    connectionsCheckingInterval: Math.ceil(receiveTimeoutMs / CHECKS_IN_TIMEOUT),
  };
}
