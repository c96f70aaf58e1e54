import type { FaultyService } from '../../tools/local/cloud/faults.ts';
import type { LinkName, SystemOptions } from './system.ts';

/** Where spans go, for rows that hold for both. */
export type TraceBackend = Readonly<{
  name: string;
  link: LinkName & ('trace' | 'otlp');
  service: FaultyService;
  settings: NonNullable<SystemOptions['settings']>;
}>;

export const TRACE_BACKENDS: readonly TraceBackend[] = [
  {
    name: 'Cloud Trace',
    link: 'trace',
    service: 'trace-write',
    settings: { exporter: 'gcp_trace' },
  },
  { name: 'OTLP', link: 'otlp', service: 'otlp', settings: { exporter: 'otlp' } },
];
