import type { Job } from '@google-cloud/bigquery';
import { endsWithin, within } from '../../../../lib/telemetry/deadline.ts';
import { explain } from './errors.ts';
import type { View } from './view-name.ts';

/** A statement with what fills its parameters in; `types`: of lists, which may be empty. */
export type Query = Readonly<{
  statement: string;
  parameters: Readonly<Record<string, unknown>>;
  types?: Readonly<Record<string, readonly string[]>>;
}>;

export type Page = Readonly<{ rows: readonly unknown[]; next: string | undefined }>;

/** Rows of a query that was run. BigQuery keeps them for a day, and reading them again is free. */
export type Result = Readonly<{
  readPage(token: string | undefined, signal: AbortSignal): Promise<Page>;
}>;

export type BigQueryApi = Readonly<{
  /** How many bytes the query would read. */
  estimate(query: Query, signal: AbortSignal): Promise<number>;
  /** Starts the query; when the signal aborts while it runs it is cancelled. */
  run(query: Query, signal: AbortSignal): Promise<Result>;
}>;

const CALL_DEADLINE_MS = 60_000;
const CANCEL_DEADLINE_MS = 5_000;
/** BigQuery itself ends a query that takes longer. */
const JOB_DEADLINE_MS = 15 * 60_000;
/** Of a page BigQuery sends about 10 MB, so many traces as a rule. */
const PAGE_ROWS = 1_000;

/** Rows, what asks for the next ones, and the answer itself. */
type Answer = readonly [
  rows: readonly unknown[],
  next?: unknown,
  answer?: Readonly<{ jobComplete?: boolean | null; pageToken?: string | null }> | null,
];

/** `emulatorHost`: where the client talks to in place of Google; it reads that variable by itself. */
export async function createBigQueryApi(options: {
  view: View;
  emulatorHost: string | undefined;
  mostBytes: number;
}): Promise<BigQueryApi> {
  const { view, emulatorHost, mostBytes } = options;
  const { BigQuery } = await import('@google-cloud/bigquery');
  const client = new BigQuery({
    projectId: view.projectId,
    ...(emulatorHost !== undefined && {
      authClient: new (await import('google-auth-library')).PassThroughClient(),
    }),
  });

  const call = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      return await within(CALL_DEADLINE_MS, work, { outer: signal });
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error, { view, emulatorHost });
    }
  };

  const start = ({ statement, parameters, types }: Query, dryRun: boolean) =>
    client.createQueryJob({
      query: statement,
      params: { ...parameters },
      ...(types && { types: Object.fromEntries(Object.entries(types).map(copied)) }),
      ...(dryRun
        ? { dryRun }
        : { maximumBytesBilled: String(mostBytes), jobTimeoutMs: JOB_DEADLINE_MS }),
    });

  const readPage = async (job: Job, token: string | undefined, signal: AbortSignal) => {
    for (;;) {
      const [rows, , answer]: Answer = await call(signal, () =>
        job.getQueryResults({
          autoPaginate: false,
          maxResults: PAGE_ROWS,
          ...(token !== undefined && { pageToken: token }),
        }),
      );
      // Not complete: it waited 10 s for the query, which still runs.
      if (answer?.jobComplete !== false) return { rows, next: answer?.pageToken ?? undefined };
    }
  };

  return {
    async estimate(query, signal) {
      const [job] = await call(signal, () => start(query, true));
      return Number(job.metadata.statistics?.totalBytesProcessed ?? 0);
    },
    async run(query, signal) {
      // A job that is being made when the signal aborts must be known to be cancelled.
      const making = start(query, false);
      const cancel = () =>
        endsWithin(CANCEL_DEADLINE_MS, async () => (await making)[0].cancel()).catch(() => false);
      try {
        const [job] = await call(signal, () => making);
        const first = await readPage(job, undefined, signal);
        return {
          readPage: async (token, again) =>
            token === undefined ? first : readPage(job, token, again),
        };
      } catch (error) {
        if (signal.aborted) await cancel();
        throw error;
      }
    },
  };
}

const copied = ([name, types]: readonly [string, readonly string[]]) => [name, [...types]];
