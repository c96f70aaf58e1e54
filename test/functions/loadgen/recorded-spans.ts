import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Records this process's spans in memory, sampled as the programs sample by default where a test gives no sampler. */
export function recordSpans(
  sampler: Sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() }),
): { spans(): ReadableSpan[]; reset(): void } {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({
      sampler,
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    }),
  );
  return { spans: () => exporter.getFinishedSpans(), reset: () => exporter.reset() };
}
