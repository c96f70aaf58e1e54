import { systemClock } from '../../../../lib/clock.ts';
import type { BigQueryOrigin } from '../../../cli/origin.ts';
import type { Opened, Opening, ReadOptions } from '../open-cloud-trace.ts';
import { SYSTEM_FILTER } from '../system-filter.ts';
import type { Query } from './big-query.ts';
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
  const { maxBytes: mostBytes } = origin;
  const { mostTraces, mostRuns, seed } = options;
  const source = createBigQuerySource({
    ...asked,
    api: await createBigQueryApi({ view: asked.view, emulatorHost, mostBytes }),
    clock,
    local: emulatorHost !== undefined,
    ...{ mostTraces, mostRuns, mostBytes, seed },
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

export type Explained = Readonly<{
  /** SQL, with the parameters as comments. */
  text: string;
  /** Both queries with their parameters, as JSON has them. */
  value: Readonly<Record<'totals' | 'spans', Pick<Query, 'statement' | 'parameters'>>>;
}>;

/** What --explain prints. */
export function explainBigQuery(options: ReadOptions, origin: BigQueryOrigin): Explained {
  const asked = askedOf(options, origin);
  const queries = { totals: totalsQuery(asked), spans: spansQuery(asked, null) };
  const text = Object.entries(queries)
    .map(([name, { statement, parameters }]) => {
      const lines = Object.entries(parameters).map(
        ([parameter, value]) => `-- @${parameter} = ${JSON.stringify(value)}\n`,
      );
      return `-- ${name}\n${lines.join('')}${statement};\n`;
    })
    .join('\n');
  return { text, value: queries };
}
