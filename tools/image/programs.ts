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
    // In a container of 512 MiB, Node lets each of the two semi-spaces for young objects grow to 4 MB. Under
    // load that is full before requests have ended, so their objects are copied, and a request takes a
    // sixth more CPU time. 16 MB costs a program some 20 MB.
    '--max-semi-space-size=16',
    // A start makes objects faster than V8 lets them grow from 1 MB: without this it collects
    // them half a dozen times, with a tenth of the CPU time.
    '--min-semi-space-size=16',
    `./${name}/start.cjs`,
  ];
}
