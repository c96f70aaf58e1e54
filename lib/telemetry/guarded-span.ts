import { INVALID_SPAN_CONTEXT, type Span } from '@opentelemetry/api';
import type { Guard } from './guard.ts';

/** The span as programs and instrumentations hold it: what a call of it throws fails no request. */
export function guardSpan(guard: Guard, span: Span): Span {
  const call = (place: string, work: () => unknown) => {
    guard(`span.${place}`, work, () => {});
    return guarded;
  };
  const guarded: Span = {
    spanContext: () =>
      guard(
        'span.spanContext',
        () => span.spanContext(),
        () => INVALID_SPAN_CONTEXT,
      ),
    isRecording: () =>
      guard(
        'span.isRecording',
        () => span.isRecording(),
        () => false,
      ),
    setAttribute: (...of) => call('setAttribute', () => span.setAttribute(...of)),
    setAttributes: (...of) => call('setAttributes', () => span.setAttributes(...of)),
    addEvent: (...of) => call('addEvent', () => span.addEvent(...of)),
    addLink: (...of) => call('addLink', () => span.addLink(...of)),
    addLinks: (...of) => call('addLinks', () => span.addLinks(...of)),
    setStatus: (...of) => call('setStatus', () => span.setStatus(...of)),
    updateName: (...of) => call('updateName', () => span.updateName(...of)),
    recordException: (...of) => call('recordException', () => span.recordException(...of)),
    end: (...of) => void call('end', () => span.end(...of)),
  };
  return guarded;
}
