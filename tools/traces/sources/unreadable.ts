const LONGEST_SHOWN = 60;

/**
 * A value that cannot be read for what it should be. `field` grows on the way up, from the value to
 * the document; whoever knows the file adds it, with the line.
 */
export class UnreadableError extends Error {
  readonly field: string;
  readonly problem: string;

  constructor(field: string, problem: string, options?: ErrorOptions) {
    super(field === '' ? problem : `${field} ${problem}`, options);
    this.name = 'UnreadableError';
    this.field = field;
    this.problem = problem;
  }
}

export const isNot = (field: string, value: unknown, allowed: string) =>
  new UnreadableError(field, `is ${show(value)}; allowed: ${allowed}`);

/** Runs what reads a part; an error about it begins with the part's name. */
export function within<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnreadableError ? under(part, error) : error;
  }
}

/** The same error, its field below that part. */
export function under(part: string, error: UnreadableError): UnreadableError {
  const inner = error.field.length > LONGEST_SHOWN * 2 ? '…' : error.field;
  const field = inner === '' ? part : `${part}.${inner}`;
  return new UnreadableError(field, error.problem, { cause: error });
}

/** A value as far as a person needs it: never all of a document. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') {
    const cut = value.length > LONGEST_SHOWN ? '…' : '';
    return `${JSON.stringify(value.slice(0, LONGEST_SHOWN))}${cut}`;
  }
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const names = Object.keys(value);
  const shown = names.slice(0, 4).map((name) => JSON.stringify(name.slice(0, 20)));
  return names.length === 0
    ? 'an empty object'
    : `an object with ${shown.join(', ')}${names.length > 4 ? ', …' : ''}`;
}
