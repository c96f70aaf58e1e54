import { NAMES } from '../traces/sources/format-names.ts';
import type { SourceDescription } from '../traces/sources/source.ts';
import { SYSTEM_FILTER } from '../traces/sources/system-filter.ts';
import type { Options } from './options.ts';

/** What to try where nothing was read because only this system's traces were asked for; else null. */
export function whyNothingRead({ origin, filter }: Pick<Options, 'origin' | 'filter'>) {
  const isAsked = origin.kind === 'project' || origin.kind === 'bigquery';
  if (!isAsked || filter !== undefined) return null;
  return `only traces with ${SYSTEM_FILTER} were asked for; for another system add --profile general, or --filter`;
}

/** Of files that hold no trace. Jaeger answers so where its search finds none. */
export const emptyText = ({ name, format }: SourceDescription): string =>
  `There is no span in ${name}${format === NAMES.jaeger ? ': an answer without traces' : ''}.`;
