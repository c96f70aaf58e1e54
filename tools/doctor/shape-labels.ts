import { ATTR } from '../../lib/telemetry/names.ts';
import { GRPC_KEYS, HTTP_KEYS } from '../traces/answer.ts';
import { PLATFORM_NAMES, PROGRAM_NAMES } from '../traces/facts.ts';
import type { Attributes } from '../traces/per-attributes.ts';
import { asksForUnwanted, PATH_KEYS } from '../traces/span.ts';
import { BY_NAME, RESOURCE } from './rules/missing-attributes.ts';

/**
 * What trees and rules read of a label; they read no others. `value`: all of it. `stated`: only whether
 * it says anything. `path`: whether it is that of a health check.
 */
type Use = 'value' | 'stated' | 'path';

const as = (use: Use, keys: readonly string[]) => keys.map((key) => [key, use] as const);

export const LABELS_READ: ReadonlyMap<string, Use> = new Map([
  ...as('stated', [...RESOURCE, ...Object.values(BY_NAME)].flat()),
  // How long after it was due a request started is asked of each one.
  ...as('stated', [ATTR.startDelayUs, ATTR.scheduledTime, ATTR.matchCount, ATTR.frontEndSpanId]),
  ...as('path', PATH_KEYS),
  ...as('value', [...PROGRAM_NAMES, ...PLATFORM_NAMES, ...HTTP_KEYS, ...GRPC_KEYS]),
  ...as('value', [ATTR.errorType, '/error/name', '/error/message', ATTR.source, ATTR.objects]),
  ...as('value', ['component', '/component', 'telemetry.sdk.language', 'g.co/agent']),
  ...as('value', ['cloud.platform', 'service.namespace', ATTR.parentSource]),
  ...as('value', [ATTR.coldStart, ATTR.endedAfterStop, ATTR.parentExternal]),
  ...as('value', [ATTR.keptProbability, ATTR.shedSoFar]),
]);

/**
 * Whether whatever follows from these labels alone follows from the other ones, too, where the counts
 * of those are right. `size`: how many the others are.
 */
export function readAlike(
  labels: Attributes,
  { labels: others, size }: Readonly<{ labels: Attributes; size: number }>,
): boolean {
  if (labels === others) return true;
  let found = 0;
  for (const key in labels) {
    found += 1;
    const value = labels[key] as string;
    const other = others[key];
    if (value === other) continue;
    if (typeof other !== 'string') return false;
    const use = LABELS_READ.get(key);
    if (use === undefined) continue;
    if (use === 'value' || (value === '') !== (other === '')) return false;
    if (use === 'path' && asksForUnwanted({ attributes: labels })) return false;
  }
  return found === size && hasRightCount(labels);
}

function hasRightCount({
  [ATTR.matchCount]: count,
  [ATTR.expectedCount]: expected,
}: Attributes): boolean {
  return count === undefined || expected === undefined || count === expected;
}
