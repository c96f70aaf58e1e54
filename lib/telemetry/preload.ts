import './early-signal.cjs';
import type { TelemetryConfig } from './config.ts';

/**
 * For `node --import`: starts the telemetry before any module of the program is loaded, because
 * modules are patched as they load.
 *
 * A wrong variable leaves it inert; the program's own entry then reports the telemetry's problems
 * together with its own, and exits. Telemetry that cannot start leaves it inert too, after one line in
 * the log: requests matter more than their traces.
 */

// Imported only now: a module's static imports are loaded before its first line runs, and the
// handlers for signals come before that.
const { ConfigError, parseEnv } = await import('./environment.ts');
const { telemetryVariables } = await import('./config.ts');

const config = readConfig();
if (config !== undefined && !config.OTEL_SDK_DISABLED) {
  const onPlatform = Boolean(process.env.K_SERVICE ?? process.env.KUBERNETES_SERVICE_HOST);
  // Google's libraries ask once whether there is a metadata server and keep the answer; a pod's
  // first second says no. Where the platform is certain, they are told so and ask it each time.
  if (onPlatform) process.env.METADATA_SERVER_DETECTION ??= 'assume-present';
  await startOrSayWhyNot(config, { onPlatform });
}

async function startOrSayWhyNot(
  startConfig: TelemetryConfig,
  options: { onPlatform: boolean },
): Promise<void> {
  try {
    // A package that does not load is a reason too.
    const { setRunningTelemetry } = await import('./running.ts');
    const { startTelemetry } = await import('./sdk.ts');
    setRunningTelemetry(await startTelemetry(startConfig, options));
  } catch (error) {
    const { createLogger } = await import('./log.ts');
    createLogger({
      service: startConfig.OTEL_SERVICE_NAME,
      project: startConfig.GOOGLE_CLOUD_PROJECT,
    }).error({ error }, 'tracing is off, because it cannot start');
  }
}

function readConfig(): TelemetryConfig | undefined {
  try {
    return parseEnv(telemetryVariables, process.env);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
