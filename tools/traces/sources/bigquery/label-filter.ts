import { UsageError } from '../../../cli/command-line.ts';

/** A label that some span of a trace must have. */
export type LabelTerm = Readonly<{ key: string; value: string; prefix: boolean }>;

/**
 * The part of Cloud Trace's filters that asks for labels: `+key:value` for the value itself,
 * `key:value` for how it begins, several for all of them. Throws UsageError for the rest.
 * https://cloud.google.com/trace/docs/trace-filters
 */
export function parseLabelFilter(filter: string): readonly LabelTerm[] {
  return filter
    .split(/\s+/)
    .filter((term) => term !== '')
    .map((term) => {
      const [, plus, key, value] = /^(\+?)([\w./-]+):([^\s"]+)$/.exec(term) ?? [];
      if (key === undefined || value === undefined || UNSUPPORTED.has(key)) {
        throw new UsageError(
          `--filter has ${JSON.stringify(term)}; allowed with --bigquery: key:value (begins with) ` +
            'and +key:value (is), of labels',
        );
      }
      return { key, value, prefix: plus !== '+' };
    });
}

/** Terms of Cloud Trace's filters that name no label. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['root', 'span', 'latency', 'method', 'url']);
