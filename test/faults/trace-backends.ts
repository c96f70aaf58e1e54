import assert from 'node:assert/strict';
import type { FaultyService } from '../../tools/local/cloud/faults.ts';
import type { GoogleCode } from '../../tools/local/cloud/google-status.ts';
import type { LinkName } from './links.ts';
import type { Result } from './result.ts';
import type { SystemOptions } from './system.ts';

/** Where spans go, for rows that hold for both. */
export type TraceBackend = Readonly<{
  name: string;
  link: LinkName & ('trace' | 'otlp');
  service: FaultyService;
  /** Errors that ask to come back: the same batch may be stored later. */
  transient: readonly GoogleCode[];
  settings: NonNullable<SystemOptions['settings']>;
}>;

export const TRACE_BACKENDS: readonly TraceBackend[] = [
  {
    name: 'Cloud Trace',
    link: 'trace',
    service: 'trace-write',
    transient: ['CANCELLED', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'ABORTED', 'UNAVAILABLE'],
    settings: { exporter: 'gcp_trace' },
  },
  {
    name: 'OTLP',
    link: 'otlp',
    service: 'otlp',
    transient: ['RESOURCE_EXHAUSTED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'],
    settings: { exporter: 'otlp' },
  },
];

/** Three programs, each with one connection at a time, and one that is being replaced. */
export function assertFewConnections({ connections }: Result, link: TraceBackend['link']): void {
  const { [link]: most = 0 } = connections;
  assert.ok(most <= 6, `${most} connections at a time`);
}
