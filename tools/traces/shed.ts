import { ATTR } from '../../lib/telemetry/names.ts';
import type { Span } from './model.ts';

/** With what probability this root was kept, so that it stands for 1 / p requests; 1 where none says. */
export function keptProbabilityOf(root: Span | undefined): number {
  const probability = Number(root?.attributes[ATTR.keptProbability] ?? 1);
  return probability > 0 && probability <= 1 ? probability : 1;
}

/** How many requests of its run were shed before this one: they have no traces to say so. */
export function shedBefore(root: Span | undefined): number {
  const shed = root?.attributes[ATTR.shedSoFar];
  return shed !== undefined && /^\d{1,9}$/.test(shed) ? Number(shed) : 0;
}
