import { ATTR } from '../../../../lib/telemetry/names.ts';
import type { Span } from '../../../traces/model.ts';

/** One time without CPU; `untilMs` is Infinity while it lasts. */
export type Stop = Readonly<{ instanceId: string; fromMs: number; untilMs: number }>;

/** When each instance had its CPU stopped. */
export type StopLedger = Readonly<{
  frozen(instanceId: string, atMs: number): void;
  thawed(instanceId: string, atMs: number): void;
  stops(): readonly Stop[];
  /** The span itself, or a copy that says that it was open while its process stood still. */
  mark(span: Span): Span;
}>;

/** Where the instance's id stands: from gcpDetector, and as the Cloud Trace exporter maps it. */
const INSTANCE_KEYS = ['faas.instance', 'g.co/r/generic_task/task_id'];

/** A day of one stop a second; the oldest go first. */
const MAX_STOPS = 100_000;

/**
 *     span     ├──────────────────────┤     start < from and end > from: marked
 *     process  ────────■■■■■■■■■■■■■────    ■ stopped
 *
 * Nothing in a program can know that it was stopped, and its clock runs on; the platform knows. A
 * span cannot begin in a stop, so one that began before it and ended after its start holds all of it.
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
