import { createRequire, syncBuiltinESMExports } from 'node:module';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import type { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import type { InstrumentationName } from './config.ts';
import { prepareGrpc } from './prepared-grpc.ts';
import { prepareHttp } from './prepared-http.ts';
import { SECRET_PARAMETERS } from './redacted-query.ts';
import { createUndiciInstrumentation } from './undici.ts';
import { isLookup, isUntracedIncoming, isUntracedOutgoing } from './untraced.ts';

export type Patching = Readonly<{
  instrumentations: readonly InstrumentationName[];
  healthCheckSpans: boolean;
}>;

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
export function patchModules(patching: Patching): void {
  const chosen = patching.instrumentations.map((name) => PATCHES[name]);
  registerInstrumentations({ instrumentations: chosen.map(({ create }) => create(patching)) });
  const require = createRequire(import.meta.url);
  for (const { modules } of chosen) for (const name of modules) require(name);
  syncBuiltinESMExports();
}

type Patch = Readonly<{
  modules: readonly string[];
  create: (patching: Patching) => HttpInstrumentation | GrpcInstrumentation | UndiciInstrumentation;
}>;

const PATCHES: Readonly<Record<InstrumentationName, Patch>> = {
  http: {
    modules: ['node:http', 'node:https'],
    create: ({ healthCheckSpans }) =>
      prepareHttp(
        new HttpInstrumentation({
          ...(!healthCheckSpans && { ignoreIncomingRequestHook: isUntracedIncoming }),
          ignoreOutgoingRequestHook: healthCheckSpans ? isLookup : isUntracedOutgoing,
          redactedQueryParams: SECRET_PARAMETERS,
          redactedQueryParamsServer: SECRET_PARAMETERS,
        }),
      ),
  },
  grpc: { modules: ['@grpc/grpc-js'], create: () => prepareGrpc(new GrpcInstrumentation()) },
  // Listens to fetch and undici, and patches nothing.
  undici: { modules: [], create: createUndiciInstrumentation },
};
