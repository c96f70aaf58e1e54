import { createRequire, syncBuiltinESMExports } from 'node:module';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { isUntracedIncoming, isUntracedOutgoing } from './untraced.ts';

/**
 * Patches node's http and https and @grpc/grpc-js, for every later import of them.
 *
 * The instrumentations hook `require` only; an ES module's import passes them by, and nothing
 * complains: the spans are just missing. OpenTelemetry's loader hook would catch imports, at 60 to
 * 170 ms of every cold start. So each module is required once here, which patches it in place; and
 * modules that have imported node's own before are brought up to date by syncBuiltinESMExports.
 *
 * This works only while nothing has imported @grpc/grpc-js as an ES module before: that import
 * copies the unpatched functions for good. The preload's own graph must therefore never do so.
 */
export function patchModules(): void {
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: isUntracedIncoming,
        ignoreOutgoingRequestHook: isUntracedOutgoing,
      }),
      new GrpcInstrumentation(),
    ],
  });
  const require = createRequire(import.meta.url);
  for (const name of ['node:http', 'node:https', '@grpc/grpc-js']) require(name);
  syncBuiltinESMExports();
}
