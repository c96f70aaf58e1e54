import './early-signal.cjs';
import type { TelemetryConfig } from './config.ts';

/**
 * For `node --import`: starts the telemetry before any module of the program is loaded, because
 * modules are patched as they load.
 *
 * A wrong variable leaves it inert; the program's own entry then reports the telemetry's problems
 * together with its own, and exits.
 */

// Imported only now: a module's static imports are loaded before its first line runs, and the
// handlers for signals come before that.
const { ConfigError, parseEnv } = await import('./environment.ts');
const { telemetryVariables } = await import('./config.ts');
const { setRunningTelemetry } = await import('./running.ts');
const { startTelemetry } = await import('./sdk.ts');

const config = readConfig();
if (config !== undefined && !config.OTEL_SDK_DISABLED) {
  const onPlatform = Boolean(process.env.K_SERVICE ?? process.env.KUBERNETES_SERVICE_HOST);
  // Google's libraries ask once whether there is a metadata server and keep the answer; a pod's
  // first second says no. Where the platform is certain, they are told so and ask it each time.
  if (onPlatform) process.env.METADATA_SERVER_DETECTION ??= 'assume-present';
  setRunningTelemetry(await startTelemetry(config, { onPlatform }));
}

function readConfig(): TelemetryConfig | undefined {
  try {
    return parseEnv(telemetryVariables, process.env);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
