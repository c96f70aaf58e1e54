/** What callers may take of an HTTP server. */
export type HttpLimits = Readonly<{
  /** The next one is closed at once. */
  connections: number;
  /** Until a request has come in, headers and body; it is answered with 408 then. */
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
