import type { z } from 'zod';
import { loadgenVariables } from '../../functions/loadgen/config.ts';
import type { Variables } from '../../lib/config.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { clientVariables } from '../../services/client/config.ts';
import { serverVariables } from '../../services/server/config.ts';

const PROGRAMS: Readonly<Record<string, Variables>> = {
  loadgen: loadgenVariables,
  client: clientVariables,
  server: serverVariables,
};

/** The table of variables in docs/configuration.md, as the schemas have it: one row for each. */
export function renderConfigurationTable(): string {
  const rows = new Map<string, { schema: z.ZodType; readBy: string[] }>();
  const enter = (variables: Variables, readBy: string) => {
    for (const [name, schema] of Object.entries(variables)) {
      const row = rows.get(name) ?? { schema, readBy: [] };
      row.readBy.push(readBy);
      rows.set(name, row);
    }
  };
  for (const [program, variables] of Object.entries(PROGRAMS)) enter(variables, program);
  enter(telemetryVariables, 'all');
  const lines = [...rows].map(([name, { schema, readBy }]) => {
    const defaults = readBy.map((program) => renderDefault(PROGRAMS[program]?.[name] ?? schema));
    const preset = [...new Set(defaults)].join(', ');
    return `| \`${name}\` | ${readBy.join(', ')} | ${preset} | ${describe(schema)} |`;
  });
  return ['| variable | read by | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

function describe(schema: z.ZodType): string {
  return (schema.description ?? '').replaceAll('|', '\\|');
}

/** What an unset variable comes to: `required` where there is no default. */
function renderDefault(schema: z.ZodType): string {
  const result = schema.safeParse(undefined);
  if (!result.success) return 'required';
  const { data } = result;
  if (data === undefined || (typeof data === 'object' && Object.keys(data ?? {}).length === 0)) {
    return 'none';
  }
  if (Array.isArray(data)) return `\`${data.join(',')}\``;
  if (typeof data === 'object') return "the codelab's";
  return `\`${String(data)}\``;
}
