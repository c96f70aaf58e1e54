import { context } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';

/**
 * Names the HTTP server span of this request `{method} {route}`, as OpenTelemetry's conventions say,
 * and sets `http.route`. A route has the names of its parameters, `/users/:id`, and never their values.
 * Undefined, where no route matched, leaves the method alone.
 *
 * instrumentation-http cannot know the route. It reads it from the context when the answer is out.
 */
export function nameByRoute(route: string | undefined): void {
  const served = getRPCMetadata(context.active());
  if (route !== undefined && served?.type === RPCType.HTTP) served.route = route;
}
