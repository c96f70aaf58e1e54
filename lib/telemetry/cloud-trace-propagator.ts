import { CloudPropagator } from '@google-cloud/opentelemetry-cloud-trace-propagator';
import type { TextMapPropagator } from '@opentelemetry/api';

/**
 * Writes X-Cloud-Trace-Context by Google's own package: the only file that knows it, since Google
 * archived it after 30 October 2026. OTEL_PROPAGATORS=tracecontext,b3 is the way off.
 *
 * Reading is left to trace-headers.ts: the package takes a missing `;o=` for "do not sample",
 * drops a trace id without a span id, takes span ids above 2^64 and keeps upper case.
 */
export function createCloudTracePropagator(): TextMapPropagator {
  return new CloudPropagator();
}
