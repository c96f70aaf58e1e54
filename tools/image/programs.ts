import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** What runs after the preload. */
export const PROGRAMS = {
  loadgen: 'functions/loadgen/main.ts',
  client: 'services/client/main.ts',
  server: 'services/server/main.ts',
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** Arguments to node, in the folder that `build` wrote. */
export function builtArguments(name: ProgramName): readonly string[] {
  return [
    // Otherwise Google's archived packages print plain text between the JSON log lines.
    '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR',
    '--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER',
    // A start makes objects faster than V8 lets its space for young ones grow from 1 MB: without this it
    // collects them half a dozen times, with a tenth of the CPU time. The limit that Node sets by the
    // memory of the container still holds: with 512 MiB it is 4 MB, and three collections are left.
    '--min-semi-space-size=16',
    `./${name}/start.cjs`,
  ];
}
