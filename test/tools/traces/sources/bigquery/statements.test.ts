import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { Query } from '../../../../../tools/traces/sources/bigquery/big-query.ts';
import { parseLabelFilter } from '../../../../../tools/traces/sources/bigquery/label-filter.ts';
import {
  namedQuery,
  spansQuery,
  totalsQuery,
} from '../../../../../tools/traces/sources/bigquery/queries.ts';
import { childEnvironment } from '../../../../run-to-end.ts';
import { findPython, installPackages, reasonToSkip } from './python-packages.ts';
import { SCHEMA } from './span-table.ts';

/** GoogleSQL's own parser and analyser, which BigQuery has too. https://pypi.org/project/zetasql */
const PACKAGES = ['zetasql==0.1.5'] as const;

const skip = reasonToSkip("runs GoogleSQL's analyser");
if (skip) console.log(`skipped: ${skip}`);

const asked = {
  view: { projectId: 'a-project', dataset: 'spans', table: '_AllSpans' },
  ...{ sinceMs: 0, untilMs: 3_600_000 },
  labels: parseLabelFilter('+service.namespace:shakesapp cloud.platform:gcp'),
};

type Kind = string | readonly [string] | { [name: string]: Kind };

const kindOf = (name: string, value: unknown, types: Query['types']): Kind => {
  if (Array.isArray(value)) return [types?.[name]?.[0] ?? 'STRING'];
  if (value instanceof Date) return 'TIMESTAMP';
  if (typeof value === 'boolean') return 'BOOL';
  return typeof value === 'number' ? 'INT64' : 'STRING';
};

const described = ({ statement, parameters, types }: Query) => ({
  statement,
  parameters: Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, kindOf(name, value, types)]),
  ),
});

type Field = Readonly<{ name: string; type: string; fields?: readonly Field[] }>;

const columnsOf = (fields: readonly Field[]): { [name: string]: Kind } =>
  Object.fromEntries(
    fields.map(({ name, type, fields: members }) => [
      name,
      members === undefined ? type : columnsOf(members),
    ]),
  );

/** Of each query its columns, or what the analyser refuses. */
async function analyse(queries: Readonly<Record<string, Query>>): Promise<Record<string, unknown>> {
  const python = findPython() ?? 'python3';
  const folder = await installPackages(python, PACKAGES);
  const child = spawn(python, [join(import.meta.dirname, 'analyse.py')], {
    env: childEnvironment({ PYTHONPATH: join(folder, 'site') }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(
    JSON.stringify({
      table: 'a-project.spans._AllSpans',
      columns: columnsOf(SCHEMA),
      queries: Object.fromEntries(
        Object.entries(queries).map(([name, query]) => [name, described(query)]),
      ),
    }),
  );
  return JSON.parse(await text(child.stdout));
}

test("GoogleSQL's own analyser accepts every statement, and refuses a wrong one", {
  skip,
}, async () => {
  const spans = spansQuery(asked, null);
  const answers = await analyse({
    totals: totalsQuery(asked),
    spans,
    named: namedQuery(asked, []),
    without: spansQuery({ ...asked, labels: [] }, []),
    wrong: { ...spans, statement: spans.statement.replace('parent_span_id', 'no_such_column') },
    undeclared: { ...spans, parameters: {} },
  });
  const { wrong, undeclared, ...accepted } = answers;
  assert.deepEqual(accepted, {
    totals: [
      ...['service', 'name', 'spans', 'errors', 'roots', 'orphans'],
      ...['p50_nanos', 'p95_nanos', 'p99_nanos'],
    ],
    spans: ['trace_id', 'spans'],
    named: ['trace_id', 'spans'],
    without: ['trace_id', 'spans'],
  });
  assert.match(String(wrong), /no_such_column/);
  assert.match(String(undeclared), /parameter/i);
});
