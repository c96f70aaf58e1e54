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
}

const UNMET = 'At least one of the pre-conditions you specified did not hold.';

/** https://cloud.google.com/storage/docs/request-preconditions; metageneration is always 1 here. */
export function checkPreconditions(object: StoredObject, query: URLSearchParams): void {
  const wants = (name: string): string | undefined => {
    const value = query.get(name);
    if (value === null) return undefined;
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
