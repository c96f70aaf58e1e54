import type { Context } from '@opentelemetry/api';

/**
 * A context as a list of its values, the newest first. The API's own context copies a Map and makes
 * three functions for each value that is set: six times for each request.
 *
 * A key occurs once, so a list is as long as there are different keys, which are four: the span, the
 * origin of its parent, the request that HTTP's route belongs to, and whether tracing is suppressed.
 */
class LinkedContext implements Context {
  readonly key: symbol | undefined;
  readonly value: unknown;
  readonly older: LinkedContext | undefined;

  constructor(key?: symbol, value?: unknown, older?: LinkedContext) {
    this.key = key;
    this.value = value;
    this.older = older;
  }

  getValue(key: symbol): unknown {
    let at: LinkedContext | undefined = this;
    while (at !== undefined && at.key !== key) at = at.older;
    return at?.value;
  }

  setValue(key: symbol, value: unknown): LinkedContext {
    return new LinkedContext(key, value, this.deleteValue(key));
  }

  deleteValue(key: symbol): LinkedContext {
    if (this.key === key) return this.older ?? ROOT;
    if (this.older === undefined) return this;
    const older = this.older.deleteValue(key);
    return older === this.older ? this : new LinkedContext(this.key, this.value, older);
  }
}

/** Holds nothing, as the API's ROOT_CONTEXT. */
export const ROOT = new LinkedContext();
