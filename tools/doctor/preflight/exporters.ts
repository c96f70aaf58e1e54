import { telemetryVariables } from '../../../lib/telemetry/config.ts';

/** A role, and those that include it. */
type OneOf = readonly [role: string, ...including: string[]];
type Environment = Readonly<Record<string, string>>;

const exportersOf = (env: Environment): readonly string[] =>
  telemetryVariables.OTEL_TRACES_EXPORTER.parse(env.OTEL_TRACES_EXPORTER || undefined);

export function sendsToGoogleByOtlp(env: Environment): boolean {
  if (!exportersOf(env).includes('otlp')) return false;
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return !endpoint || new URL(endpoint).hostname === 'telemetry.googleapis.com';
}

/** For each role that terraform grants to who writes traces: it, and what includes it. */
export function traceRolesFor(env: Environment): readonly OneOf[] {
  return [
    ...(exportersOf(env).includes('gcp_trace') ? [CLOUD_TRACE] : []),
    // Elsewhere than at Google's endpoint, Google's roles say nothing.
    ...(sendsToGoogleByOtlp(env) ? [TELEMETRY, QUOTA] : []),
  ];
}

const BASIC = ['roles/editor', 'roles/owner'];
const CLOUD_TRACE: OneOf = ['roles/cloudtrace.agent', 'roles/cloudtrace.admin', ...BASIC];
const TELEMETRY: OneOf = ['roles/telemetry.tracesWriter', 'roles/telemetry.writer', ...BASIC];
/** Google's OTLP endpoint counts calls for the project that they name. */
const QUOTA: OneOf = [
  'roles/serviceusage.serviceUsageConsumer',
  'roles/serviceusage.serviceUsageAdmin',
  ...BASIC,
];
