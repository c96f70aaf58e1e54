import type { Clock } from '../../../../lib/clock.ts';
import { formatBytes } from '../../../cli/bytes.ts';
import { createDeviationTally, type Deviation } from '../../deviation.ts';
import type { Trace } from '../../model.ts';
import { inSample, type Sample, startOf } from '../sampling/sample.ts';
import type { SourceDescription, TraceSource } from '../source.ts';
import type { BigQueryApi, Query, Result } from './big-query.ts';
import { describeCost } from './cost.ts';
import { chooseMinutes } from './minutes.ts';
import { type Asked, MOST_FAILED, namedQuery, spansQuery, totalsQuery } from './queries.ts';
import { parseTotals, requestsOfTotals, type Total } from './totals.ts';
import { parseTraceRow } from './trace-row.ts';

export type BigQueryOptions = Asked &
  Readonly<{
    api: BigQueryApi;
    clock: Clock;
    /** Of an emulator: its figures are those of no platform. */
    local: boolean;
    /** Where the window holds more traces, minutes with about so many are read. */
    mostTraces: number;
    /** At most so many minutes are read; null: all. */
    mostRuns: number | null;
    mostBytes: number;
    seed: number;
    /** One line, terminal or not. */
    say(text: string): void;
  }>;

/** The spans of Cloud Trace's linked dataset, by two queries: totals of the window, then the spans. */
export function createBigQuerySource(options: BigQueryOptions): TraceSource {
  const { api, view, mostBytes } = options;
  const tally = createDeviationTally();
  /** The page that each trace came in; the first is that without a token. */
  const pages = new Map<string, string | undefined>();
  let readAtMs: number | null = null;
  let result: Result | undefined;
  let totals: readonly Total[] | null = null;
  let sample: Sample | null = null;

  const describe = (): SourceDescription => ({
    kind: 'bigquery',
    name: `${view.projectId}.${view.dataset}`,
    local: options.local,
    since: new Date(options.sinceMs).toISOString(),
    until: new Date(options.untilMs).toISOString(),
  });

  /** Says what it costs, before it does; throws where that is more than allowed. */
  const afford = async (queries: readonly Query[], signal: AbortSignal): Promise<void> => {
    let bytes = 0;
    for (const query of queries) bytes += await api.estimate(query, signal);
    if (bytes > mostBytes) {
      throw new Error(
        `the queries would read ${describeCost(bytes)}, more than --max-bytes ` +
          `${formatBytes(mostBytes)}; nothing was read. Choose a shorter window, or allow it: ` +
          `--max-bytes ${Math.ceil(bytes / 1e9)}GB`,
      );
    }
    options.say(`BigQuery reads ${describeCost(bytes)}`);
  };

  const traceOf = (row: unknown, onDeviation: (deviation: Deviation) => void): Trace =>
    parseTraceRow(row, view.projectId, onDeviation);

  async function* rowsOf(from: Result, signal: AbortSignal) {
    let token: string | undefined;
    do {
      const page = await from.readPage(token, signal);
      for (const row of page.rows) yield { row, token };
      token = page.next;
    } while (token !== undefined);
  }

  return {
    describe,
    readAtMs: () => readAtMs,
    async *read(signal) {
      await afford([totalsQuery(options), spansQuery(options, null)], signal);
      readAtMs = options.clock.epochMs();
      tally.clear();
      const counted = await api.run(totalsQuery(options), signal);
      const rows: unknown[] = [];
      for await (const { row } of rowsOf(counted, signal)) rows.push(row);
      totals = parseTotals(rows);
      sample = chooseMinutes(options, requestsOfTotals(totals));
      result = await api.run(spansQuery(options, sample?.read ?? null), signal);
      const isRead = sample === null ? () => true : inSample(sample);
      let outside = 0;
      for await (const { row, token } of rowsOf(result, signal)) {
        const trace = traceOf(row, (deviation) => tally.add(deviation));
        pages.set(trace.traceId, token);
        if (!isRead(startOf(trace))) outside += 1;
        yield trace;
      }
      if (sample !== null && outside < MOST_FAILED) sample = { ...sample, failures: 'all' };
    },
    async find(traceIds, signal) {
      if (traceIds.size === 0) return [];
      const found: Trace[] = [];
      const add = (row: unknown) => {
        const trace = traceOf(row, () => {});
        if (traceIds.has(trace.traceId)) found.push(trace);
      };
      if (result === undefined) {
        const query = namedQuery(options, [...traceIds]);
        await afford([query], signal);
        for await (const { row } of rowsOf(await api.run(query, signal), signal)) add(row);
        return found;
      }
      const wanted = new Set(
        [...traceIds].filter((id) => pages.has(id)).map((id) => pages.get(id)),
      );
      for (const token of wanted) {
        for (const row of (await result.readPage(token, signal)).rows) add(row);
      }
      return found;
    },
    truncated: () => null,
    sample: () => sample,
    totals: () => totals,
    deviations: () => tally.all(),
  };
}
