/** OpenTelemetry for server.mjs, by its packages alone: node --import ./docs/codelab/tracing.mjs … */
import { createRequire } from 'node:module';
import { CompositePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { B3Propagator } from '@opentelemetry/propagator-b3';
import { detectResources, envDetector } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const provider = new NodeTracerProvider({
  // service.name, and what else OTEL_RESOURCE_ATTRIBUTES says
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
// The last one that finds a header decides: b3 has the true parent behind Cloud Run.
const propagators = [new W3CTraceContextPropagator(), new B3Propagator()];
provider.register({ propagator: new CompositePropagator({ propagators }) });

const instrumentations = [new GrpcInstrumentation({ ignoreGrpcMethods: ['Check'] })];
registerInstrumentations({ instrumentations });
// An ES module imports what is patched by then.
createRequire(import.meta.url)('@grpc/grpc-js');

// Once the server has ended, and nothing else is left to do.
process.once('beforeExit', () => provider.shutdown());
