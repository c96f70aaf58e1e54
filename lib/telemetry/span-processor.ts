import { type Context, type SpanContext, SpanKind } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { fineNowMs, refineStart } from './fine-clock.ts';
import type { Ledger } from './ledger.ts';
import { ATTR } from './names.ts';
import { parentOrigin } from './parent.ts';

/**
 * Stands before the exporting processor: gives every span a fine start, enters it into the ledger,
 * marks server spans with how their parent was found, and reports the first recorded span.
 */
export function createSpanProcessor(options: {
  ledger: Ledger;
  onFirstSpan: () => void;
  isStopped: () => boolean;
}): SpanProcessor {
  const { ledger, onFirstSpan, isStopped } = options;
  let first = true;
  return {
    onStart(span, parentContext) {
      refineStart(span, fineNowMs());
      ledger.add('started');
      if (first) onFirstSpan();
      first = false;
      markOrigin(span, parentContext);
    },
    onEnd() {
      ledger.add('ended');
      if (isStopped()) ledger.add('afterShutdown');
    },
    async forceFlush() {},
    async shutdown() {},
  };
}

/** Spans further in inherit the context, so only a server's span with a remote parent is marked. */
function markOrigin(span: Span, parentContext: Context): void {
  if (span.kind !== SpanKind.SERVER || !span.parentSpanContext?.isRemote) return;
  const origin = parentOrigin(parentContext);
  if (origin === undefined) return;
  span.setAttribute(ATTR.parentSource, origin.source);
  if (origin.root) makeRoot(span);
  if (origin.frontEndSpanId) span.setAttribute(ATTR.frontEndSpanId, origin.frontEndSpanId);
  if (origin.external) span.setAttribute(ATTR.parentExternal, 'true');
}

/**
 * Takes off the parent that stood for none, so that no span is missing above this one. Like the
 * start, a field that the SDK only means to be read: its API has no root in a given trace.
 */
function makeRoot(span: Span): void {
  delete (span as { parentSpanContext?: SpanContext }).parentSpanContext;
}
