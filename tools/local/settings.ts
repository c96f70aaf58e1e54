import { type Config, ConfigError, integer, oneOf, parseEnv } from '../../lib/config.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { UsageError } from '../cli/command-line.ts';
import { instrumentEnv, type Level } from './instrument.ts';
import { SIZING } from './platforms/knobs.ts';
import type { ProgramName, ProgramSettings } from './platforms/platform.ts';
import { type Without, withoutEnv } from './protections.ts';

/** The variables of `npm start` that reach the programs; checked before anything starts. */
const passedOn = {
  OTEL_TRACES_EXPORTER: telemetryVariables.OTEL_TRACES_EXPORTER,
  OTEL_PROPAGATORS: telemetryVariables.OTEL_PROPAGATORS,
  OTEL_TRACES_SAMPLER: telemetryVariables.OTEL_TRACES_SAMPLER,
  OTEL_TRACES_SAMPLER_ARG: telemetryVariables.OTEL_TRACES_SAMPLER_ARG,
  // Optional: without it, the billing decides.
  SPAN_FLUSH: telemetryVariables.SPAN_FLUSH.unwrap().optional(),
  WORKS_CACHE: oneOf(['keep', 'per-request'], 'keep'),
  WORKS_TTL_SECONDS: integer({ min: 0, max: 86_400, default: 300 }),
};

/** Not passed on: where `otlp` is chosen, another protocol than the programs speak is refused. */
const otlpProtocols = {
  OTEL_EXPORTER_OTLP_PROTOCOL: telemetryVariables.OTEL_EXPORTER_OTLP_PROTOCOL,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: telemetryVariables.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
};

export type PassedOn = Config<typeof passedOn>;

/** Throws UsageError with every wrong variable at once, or with the one that leaves no traces. */
export function parsePassedOn(env: NodeJS.ProcessEnv): PassedOn {
  try {
    const { OTEL_SDK_DISABLED: disabled, ...given } = parseEnv(
      { ...passedOn, OTEL_SDK_DISABLED: telemetryVariables.OTEL_SDK_DISABLED },
      env,
    );
    if (disabled) throw noTraces('OTEL_SDK_DISABLED', env, 'unset it');
    if (!given.OTEL_TRACES_EXPORTER.some((name) => STORING.has(name))) {
      const allowed = 'use gcp_trace or otlp, alone or with console';
      throw noTraces('OTEL_TRACES_EXPORTER', env, `${allowed} (gcp_trace,console)`);
    }
    if (given.OTEL_TRACES_SAMPLER.endsWith('always_off')) {
      throw noTraces('OTEL_TRACES_SAMPLER', env, 'use another sampler, or unset it');
    }
    if (given.OTEL_TRACES_EXPORTER.includes('otlp')) parseEnv(otlpProtocols, env);
    return given;
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Exporters whose spans reach the local Cloud Trace. */
const STORING: ReadonlySet<string> = new Set(['gcp_trace', 'otlp']);

const noTraces = (name: string, env: NodeJS.ProcessEnv, advice: string) =>
  new UsageError(
    `${name} is ${JSON.stringify(env[name])}: no trace would reach the local Cloud Trace, and the ` +
      `local run shows nothing else; ${advice}`,
  );

/** The settings that the programs of both platforms share. */
export function createSettings(options: {
  passedOn: PassedOn;
  billing: 'instance' | 'request';
  works: Readonly<{ bucket: string; prefix: string; queries: Readonly<Record<string, number>> }>;
  imageTag: string;
  instrument: Level;
  without: readonly Without[];
  replaced?: ProgramSettings['replaced'];
  caller?: NodeJS.ProcessEnv;
}): ProgramSettings {
  const { passedOn: given, works } = options;
  const sampler = given.OTEL_TRACES_SAMPLER;
  const common: Record<string, string> = {
    // Request-based billing stops the CPU with the response, so spans must be stored before it.
    SPAN_FLUSH:
      given.SPAN_FLUSH ?? (options.billing === 'request' ? 'before-response' : 'background'),
  };
  const envOf = (program: ProgramName) => ({
    ...common,
    ...(program === 'server' && { WORKS_TTL_SECONDS: String(given.WORKS_TTL_SECONDS) }),
    ...instrumentEnv(options.instrument, program),
    ...withoutEnv(options.without, program, given.OTEL_PROPAGATORS),
  });
  const extraEnv: Record<ProgramName, Record<string, string>> = {
    loadgen: envOf('loadgen'),
    client: envOf('client'),
    server: envOf('server'),
  };
  return {
    worksBucket: works.bucket,
    worksPrefix: works.prefix,
    worksCache: given.WORKS_CACHE,
    knownQueries: works.queries,
    exporter: given.OTEL_TRACES_EXPORTER.join(',') || 'none',
    propagators: given.OTEL_PROPAGATORS.join(',') || 'none',
    sampler: { name: sampler, arg: String(given.OTEL_TRACES_SAMPLER_ARG) },
    imageTag: options.imageTag,
    ...SIZING,
    extraEnv,
    ...(options.replaced && { replaced: options.replaced }),
    ...(options.caller && { caller: options.caller }),
  };
}
