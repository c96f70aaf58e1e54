import { SYSTEM_FILTER } from '../traces/sources/system-filter.ts';
import type { Options } from './options.ts';

/** What to try where nothing was read because only this system's traces were asked for; else null. */
export function whyNothingRead({ origin, filter }: Pick<Options, 'origin' | 'filter'>) {
  const isAsked = origin.kind === 'project' || origin.kind === 'bigquery';
  if (!isAsked || filter !== undefined) return null;
  return `only traces with ${SYSTEM_FILTER} were asked for; for another system add --profile general, or --filter`;
}
