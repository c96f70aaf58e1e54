import {
  type Attributes,
  type AttributeValue,
  type Exception,
  INVALID_SPAN_CONTEXT,
  type Link,
  type Span,
  type SpanContext,
  type SpanStatus,
  type TimeInput,
  trace,
} from '@opentelemetry/api';

/** Logs the first fault of each place. */
export type Guard = Readonly<{ report(place: string, fault: unknown): void }>;

/**
 * A span as programs and instrumentations hold it: what a call of it throws fails no request. A class,
 * because an object with eleven functions for each span takes as long to make as the span.
 */
export class GuardedSpan implements Span {
  readonly #guard: Guard;
  #span: Span;

  constructor(guard: Guard, span: Span) {
    this.#guard = guard;
    this.#span = span;
  }

  spanContext(): SpanContext {
    try {
      return this.#span.spanContext();
    } catch (fault) {
      this.#guard.report('span.spanContext', fault);
      return INVALID_SPAN_CONTEXT;
    }
  }

  isRecording(): boolean {
    try {
      return this.#span.isRecording();
    } catch (fault) {
      this.#guard.report('span.isRecording', fault);
      return false;
    }
  }

  setAttribute(key: string, value: AttributeValue): this {
    try {
      this.#span.setAttribute(key, value);
    } catch (fault) {
      this.#guard.report('span.setAttribute', fault);
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    try {
      this.#span.setAttributes(attributes);
    } catch (fault) {
      this.#guard.report('span.setAttributes', fault);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    try {
      this.#span.addEvent(name, attributesOrTime, time);
    } catch (fault) {
      this.#guard.report('span.addEvent', fault);
    }
    return this;
  }

  addLink(link: Link): this {
    try {
      this.#span.addLink(link);
    } catch (fault) {
      this.#guard.report('span.addLink', fault);
    }
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      this.#span.addLinks(links);
    } catch (fault) {
      this.#guard.report('span.addLinks', fault);
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    try {
      this.#span.setStatus(status);
    } catch (fault) {
      this.#guard.report('span.setStatus', fault);
    }
    return this;
  }

  updateName(name: string): this {
    try {
      this.#span.updateName(name);
    } catch (fault) {
      this.#guard.report('span.updateName', fault);
    }
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    try {
      this.#span.recordException(exception, time);
    } catch (fault) {
      this.#guard.report('span.recordException', fault);
    }
  }

  /**
   * What has ended is only asked for its ids. A context outlives its request, for Node keeps it with the
   * HTTP/2 stream of a call: it must not keep attributes and events too.
   */
  end(time?: TimeInput): void {
    try {
      this.#span.end(time);
      this.#span = trace.wrapSpanContext(this.#span.spanContext());
    } catch (fault) {
      this.#guard.report('span.end', fault);
    }
  }
}
