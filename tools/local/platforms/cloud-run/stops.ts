import { ATTR } from '../../../../lib/telemetry/names.ts';
import type { Span } from '../../../traces/model.ts';

/** One time without CPU; `untilMs` is Infinity while it lasts. */
export type Stop = Readonly<{ instanceId: string; fromMs: number; untilMs: number }>;

/** When each instance had its CPU stopped. */
export type StopLedger = Readonly<{
  frozen(instanceId: string, atMs: number): void;
  thawed(instanceId: string, atMs: number): void;
  stops(): readonly Stop[];
  /** The span, or a copy that says that it was open while its process was stopped. */
  mark(span: Span): Span;
}>;

/** The attributes of the instance id: from gcpDetector, and as the Cloud Trace exporter maps it. */
const INSTANCE_KEYS = ['faas.instance', 'g.co/r/generic_task/task_id'];

/** A day with one stop a second; the oldest are removed first. */
const MAX_STOPS = 100_000;

/**
 *     span     ├──────────────────────┤     start < from and end > from: marked
 *     process  ────────■■■■■■■■■■■■■────    ■ stopped
 *
 * A program cannot know that it was stopped, because its clock goes on; the platform knows. A span
 * cannot begin during a stop. So one that began before a stop and ended after its start holds all of
 * it.
 */
export function createStopLedger(): StopLedger {
  const byInstance = new Map<string, Stop[]>();
  let count = 0;
  return {
    frozen(instanceId, atMs) {
      const stops = byInstance.get(instanceId) ?? [];
      byInstance.set(instanceId, stops);
      stops.push({ instanceId, fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
      count += 1;
      for (const [oldest, kept] of byInstance) {
        if (count <= MAX_STOPS) break;
        count -= kept.length;
        byInstance.delete(oldest);
      }
    },
    thawed(instanceId, atMs) {
      const stops = byInstance.get(instanceId);
      const last = stops?.pop();
      if (last) stops?.push({ ...last, untilMs: atMs });
    },
    stops: () => [...byInstance.values()].flat(),
    mark(span) {
      const instanceId = INSTANCE_KEYS.map((key) => span.attributes[key]).find(Boolean);
      const stops = byInstance.get(instanceId ?? '') ?? [];
      if (!stops.some(({ fromMs }) => span.startMs < fromMs && span.endMs > fromMs)) return span;
      return { ...span, attributes: { ...span.attributes, [ATTR.endedAfterStop]: 'true' } };
    },
  };
}
