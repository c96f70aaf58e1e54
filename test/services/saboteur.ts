/**
 * For NODE_OPTIONS=--import, before the telemetry's preload: breaks the parts of tracing that
 * TRACING_FAULTS names, in this process.
 */
import https from 'node:https';
import { trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { gcpDetector } from '@opentelemetry/resource-detector-gcp';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
} from '@opentelemetry/sdk-trace-base';

const fail = (): never => {
  throw new Error('sabotage');
};
const hang = () => new Promise<never>(() => {});
const flush = (forceFlush: () => unknown) =>
  Object.assign(BatchSpanProcessor.prototype, { forceFlush });

const span = Object.getPrototypeOf(new BasicTracerProvider().getTracer('').startSpan(''));

/** The first one, which is the exporter's. */
class BrokenAgent extends https.Agent {
  constructor(...options: ConstructorParameters<typeof https.Agent>) {
    super(...options);
    Object.assign(https, { Agent: Object.getPrototypeOf(BrokenAgent) });
    fail();
  }
}

const FAULTS: Readonly<Record<string, () => void>> = {
  'the SDK throws': () => Object.assign(trace, { setGlobalTracerProvider: fail }),
  'patching throws': () => Object.assign(GrpcInstrumentation.prototype, { init: fail }),
  'an exporter throws': () => Object.assign(https, { Agent: BrokenAgent }),
  'sampler throws': () => Object.assign(ParentBasedSampler.prototype, { shouldSample: fail }),
  'inject throws': () => Object.assign(W3CTraceContextPropagator.prototype, { inject: fail }),
  'extract throws': () => Object.assign(W3CTraceContextPropagator.prototype, { extract: fail }),
  'getActiveSpan throws': () => Object.assign(trace, { getActiveSpan: fail }),
  'context.with throws': () =>
    Object.assign(AsyncLocalStorageContextManager.prototype, { with: fail }),
  'attributes throw': () => Object.assign(span, { setAttribute: fail, setAttributes: fail }),
  'events throw': () => Object.assign(span, { addEvent: fail, recordException: fail }),
  'end throws': () => Object.assign(span, { end: fail }),
  'onEnd throws': () => Object.assign(BatchSpanProcessor.prototype, { onEnd: fail }),
  'flush throws': () => flush(fail),
  'flush rejects': () => flush(() => Promise.reject(new Error('sabotage'))),
  'flush hangs': () => flush(hang),
  'resource detection throws': () => Object.assign(gcpDetector, { detect: fail }),
  'resource detection hangs': () =>
    Object.assign(gcpDetector, { detect: () => ({ attributes: { 'cloud.provider': hang() } }) }),
};

for (const fault of process.env.TRACING_FAULTS?.split(', ') ?? []) FAULTS[fault]?.();
