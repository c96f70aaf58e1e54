import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** The answer to a batch that was taken: how many of its spans are not stored anyway. */
export type Written = Readonly<{ rejected: number }>;

/**
 * One backend. Packs each span as it ends, into the bytes that a write will send of it: a span that
 * waits for its batch, or for a backend that is away, is then one buffer and not two dozen objects
 * that each collection of garbage has to visit.
 *
 * Writes one batch, in one attempt, and resolves with its answer. Rejects with
 * NotStoredYet (or DeadlineError) where the same batch may be stored later, and with any other
 * error where it is refused for good: with FateUnknown where it may be stored nevertheless. What has
 * not ended when `signal` aborts is given up. `resource` is where the spans were made.
 */
export type SpanSink = Readonly<{
  name: string;
  pack(span: ReadableSpan): Buffer;
  write(packed: readonly Buffer[], signal: AbortSignal, resource: Resource): Promise<Written>;
  close(): Promise<void>;
}>;

/** An attempt that failed for reasons that pass: the backend is away, busy, or over its quota. */
export class NotStoredYet extends Error {
  /** The attempt ended without an answer to the batch, which may have been stored anyway. */
  readonly maybeStored: boolean;
  /** The pause that the backend asks for. */
  readonly retryAfterMs: number;

  constructor(
    message: string,
    options: ErrorOptions & { maybeStored?: boolean; retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.name = 'NotStoredYet';
    this.maybeStored = options.maybeStored ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** The backend failed within its work. It may have stored the batch, and asks for no other attempt. */
export class FateUnknown extends Error {
  override readonly name = 'FateUnknown';
}
