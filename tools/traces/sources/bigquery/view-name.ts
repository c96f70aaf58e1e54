import { UsageError } from '../../../cli/command-line.ts';

/** The view that Cloud Trace's linked dataset has. */
const ALL_SPANS = '_AllSpans';

export type View = Readonly<{ projectId: string; dataset: string; table: string }>;

/** `PROJECT.DATASET`, or `PROJECT.DATASET.TABLE` of the same columns. Throws UsageError. */
export function parseView(value: string): View {
  // A project's id may begin with a domain: example.com:my-project.
  const match = /^((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]*)\.(\w+)(?:\.(\w+))?$/.exec(value);
  const [, projectId, dataset, table = ALL_SPANS] = match ?? [];
  if (projectId === undefined || dataset === undefined) {
    throw new UsageError(
      `--bigquery is ${JSON.stringify(value)}; allowed: PROJECT.DATASET, such as my-project.trace_spans`,
    );
  }
  return { projectId, dataset, table };
}

export const nameOf = ({ projectId, dataset, table }: View): string =>
  `${projectId}.${dataset}.${table}`;
