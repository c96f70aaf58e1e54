/** A process with the local cloud: `cloud.ts [FOLDER]` of works; the bundled plays without one. */

import { startLocalCloud } from '../../local/cloud/local-cloud.ts';
import type { CloudAddresses } from '../../local/platforms/environment.ts';
import type { Span } from '../../traces/model.ts';
import { serve } from './channel.ts';

export type ServedAddresses = CloudAddresses & Readonly<{ metadataHost: string }>;

export type Stored = Readonly<{ traces: number; complete: number; spans: number; writes: number }>;

/** What has come in, since the start. */
export type Received = Readonly<{
  calls: Readonly<Record<'list' | 'download' | 'metadata' | 'trace-write' | 'otlp', number>>;
  /** Stored now, by service.name. */
  spans: Readonly<Record<string, number>>;
}>;

const [works] = process.argv.slice(2);
const cloud = await startLocalCloud({
  ...(works !== undefined && { works }),
  // No benchmark is about Google's quotas.
  quotas: { readUnitsPerMinute: 1e9, writesPerMinute: 1e9 },
  maxSpans: 1_000_000,
});
const metadata = await cloud.startMetadataServer({
  platform: 'gke',
  instanceId: '1',
  serviceAccountEmail: cloud.serviceAccount('bench'),
});

const writes = () => cloud.faults.calls('trace-write') + cloud.faults.calls('otlp');
let writesBefore = 0;

serve({
  addresses: (): ServedAddresses => ({
    projectId: cloud.projectId,
    metadataHost: metadata.host,
    traceWriteAddress: cloud.traceWriteAddress,
    otlpOrigin: cloud.otlpOrigin,
    storageOrigin: cloud.storageOrigin,
    configDir: cloud.configDir,
    authority: { certFile: cloud.authority.certFile },
  }),
  stored(spansOfTrace: number): Stored {
    const traces = cloud.traceStore.traces();
    return {
      traces: traces.length,
      complete: traces.filter(({ spans }) => isComplete(spans, spansOfTrace)).length,
      spans: cloud.traceStore.stats().spans,
      writes: writes() - writesBefore,
    };
  },
  received: (): Received => ({
    calls: {
      list: cloud.faults.calls('storage', 'list'),
      download: cloud.faults.calls('storage', 'download'),
      metadata: cloud.faults.calls('metadata'),
      'trace-write': cloud.faults.calls('trace-write'),
      otlp: cloud.faults.calls('otlp'),
    },
    spans: countByService(cloud.traceStore.traces().flatMap(({ spans }) => spans)),
  }),
  clear() {
    cloud.traceStore.clear();
    writesBefore = writes();
  },
  delayWrites(delayMs: number) {
    cloud.faults.clear();
    if (delayMs === 0) return;
    cloud.faults.inject({ service: 'trace-write', delayMs });
    cloud.faults.inject({ service: 'otlp', delayMs });
  },
});

process.once('SIGTERM', () => cloud.close().finally(() => process.exit()));

function countByService(spans: readonly Span[]): Received['spans'] {
  const counts: Record<string, number> = {};
  for (const { attributes } of spans) {
    const service = attributes['service.name'] ?? '';
    counts[service] = (counts[service] ?? 0) + 1;
  }
  return counts;
}

/**
 * At least as many spans as a request makes, more where it read the works; one of them the root, and
 * all others under one of them.
 */
function isComplete(spans: readonly Span[], spansOfTrace: number): boolean {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const orphans = spans.filter(
    ({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId),
  );
  return spans.length >= spansOfTrace && roots.length === 1 && orphans.length === 0;
}
