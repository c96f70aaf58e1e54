import { systemClock } from '../../../../lib/clock.ts';
import type { BigQueryOrigin } from '../../../cli/origin.ts';
import type { Opened, Opening, ReadOptions } from '../open-cloud-trace.ts';
import { SYSTEM_FILTER } from '../system-filter.ts';
import { createBigQueryApi } from './big-query.ts';
import { createBigQuerySource } from './big-query-source.ts';
import { parseLabelFilter } from './label-filter.ts';
import { type Asked, spansQuery, totalsQuery } from './queries.ts';
import { parseView } from './view-name.ts';

/** Opens the linked dataset that the options name, as the client's own variable says where. */
export async function openBigQuery<O extends ReadOptions>(
  options: O,
  origin: BigQueryOrigin,
  { clock = systemClock, env = {}, onResume }: Opening,
): Promise<Opened<O>> {
  const emulatorHost = env.BIGQUERY_EMULATOR_HOST;
  const asked = askedOf(options, origin);
  const { maxBytes: mostBytes, seed } = origin;
  const source = createBigQuerySource({
    ...asked,
    api: await createBigQueryApi({ view: asked.view, emulatorHost, mostBytes }),
    clock,
    local: emulatorHost !== undefined,
    mostTraces: options.mostTraces,
    mostBytes,
    seed,
    say: onResume,
  });
  return { options, source };
}

function askedOf(options: ReadOptions, origin: BigQueryOrigin): Asked {
  const { askedAtMs, sinceMs, untilMs, filter = SYSTEM_FILTER } = options;
  return {
    view: parseView(origin.view),
    sinceMs,
    untilMs: untilMs ?? askedAtMs,
    labels: parseLabelFilter(filter),
  };
}

/** What --explain prints: both queries with their parameters, as comments of SQL. */
export function explainBigQuery(options: ReadOptions, origin: BigQueryOrigin): string {
  const asked = askedOf(options, origin);
  const queries = { totals: totalsQuery(asked), spans: spansQuery(asked, null) };
  return Object.entries(queries)
    .map(([name, { statement, parameters }]) => {
      const lines = Object.entries(parameters).map(
        ([parameter, value]) => `-- @${parameter} = ${JSON.stringify(value)}\n`,
      );
      return `-- ${name}\n${lines.join('')}${statement};\n`;
    })
    .join('\n');
}
