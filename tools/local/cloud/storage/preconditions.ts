import type { IncomingHttpHeaders } from 'node:http';
import type { StoredObject } from './objects.ts';

/** An error in the JSON API's own shape, which is older than google.rpc.Status. */
export class StorageError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.status = status;
    this.reason = reason;
  }

  body(): string {
    const { status: code, reason, message } = this;
    return JSON.stringify({
      error: { code, message, errors: [{ message, domain: 'global', reason }] },
    });
  }

  /** The same in the XML API's shape, whose codes have other names. */
  xml(): string {
    const code = XML_CODES[this.reason] ?? 'InvalidArgument';
    const message = this.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  }
}

/** https://cloud.google.com/storage/docs/xml-api/reference-status */
const XML_CODES: Readonly<Record<string, string>> = {
  notFound: 'NoSuchKey',
  required: 'AccessDenied',
  forbidden: 'AccessDenied',
  authError: 'AuthenticationRequired',
  conditionNotMet: 'PreconditionFailed',
  methodNotAllowed: 'MethodNotAllowed',
  requestedRangeNotSatisfiable: 'InvalidRange',
  rateLimitExceeded: 'SlowDown',
  backendError: 'ServiceUnavailable',
};

const UNMET = 'At least one of the pre-conditions you specified did not hold.';

/** The XML API's headers for the JSON API's parameters. */
const HEADER_NAMES: Readonly<Record<string, string>> = {
  ifGenerationMatch: 'x-goog-if-generation-match',
  ifMetagenerationMatch: 'x-goog-if-metageneration-match',
  ifGenerationNotMatch: 'x-goog-if-generation-not-match',
  ifMetagenerationNotMatch: 'x-goog-if-metageneration-not-match',
};

/** What a request asks of the object, by the names of the JSON API's parameters. */
export type Conditions = (name: string) => string | undefined;

export const conditionsIn = (query: URLSearchParams, headers: IncomingHttpHeaders): Conditions => {
  return (name) => query.get(name) ?? headers[HEADER_NAMES[name] ?? '']?.toString();
};

/** https://cloud.google.com/storage/docs/request-preconditions; metageneration is always 1 here. */
export function checkPreconditions(object: StoredObject, conditions: Conditions): void {
  const wants = (name: string): string | undefined => {
    const value = conditions(name);
    if (value === undefined) return undefined;
    if (/^\d{1,19}$/.test(value)) return value;
    throw new StorageError(
      400,
      'invalid',
      `Invalid value for ${name}: ${value}; allowed: a whole number`,
    );
  };
  const match = wants('ifGenerationMatch');
  const metaMatch = wants('ifMetagenerationMatch');
  if ((match ?? object.generation) !== object.generation || (metaMatch ?? '1') !== '1') {
    throw new StorageError(412, 'conditionNotMet', UNMET);
  }
  if (
    wants('ifGenerationNotMatch') === object.generation ||
    wants('ifMetagenerationNotMatch') === '1'
  ) {
    throw new StorageError(304, 'notModified', UNMET);
  }
}
