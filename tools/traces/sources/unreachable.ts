/** The system's or the client's code of what kept an answer away. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

/**
 * What passes by itself. Not: a name that is not known, a port where nobody listens, credentials
 * that are missing; to ask again for those only makes a person wait.
 */
const TRANSIENT: ReadonlySet<string> = new Set([
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'],
  ...['ENETDOWN', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/** Whether a call without an answer may get one when it is made again. */
export const isTransient = (error: unknown): boolean => TRANSIENT.has(codeOf(error) ?? '');

const UNREACHABLE: ReadonlySet<string> = new Set(['ENOTFOUND', 'ECONNREFUSED', ...TRANSIENT]);

/** Whether no answer came because of what lies between. */
export const isUnreachable = (error: unknown): boolean =>
  UNREACHABLE.has(codeOf(error) ?? '') || (error instanceof Error && error.name === 'TimeoutError');

export const CHECK_NETWORK = 'check the network, a proxy (https_proxy) or a VPN';
