import { request } from 'node:http';
import type { LoadRequestBody, LoadSummary } from '../../functions/loadgen/contract.ts';
import type { System } from './system.ts';

export type Load = Readonly<{ perSecond: number; seconds: number; maxInFlight?: number }>;

/** How requests ended, as loadgen reports it (or a row that asks client itself). */
export type Requests = Readonly<{
  asked: number;
  ok: number;
  /** Answered with another count than the right one. */
  wrong: number;
  /** Kind of failure, or of drop, to how many. */
  failed: Readonly<Record<string, number>>;
  /** The slowest run's, of what was answered. */
  p50Ms: number | undefined;
  p99Ms: number | undefined;
  /** What the row has to say in the table. */
  note?: string;
}>;

export const NO_REQUESTS: Requests = {
  asked: 0,
  ok: 0,
  wrong: 0,
  failed: {},
  p50Ms: undefined,
  p99Ms: undefined,
};

export function addRequests(a: Requests, b: Requests): Requests {
  return {
    asked: a.asked + b.asked,
    ok: a.ok + b.ok,
    wrong: a.wrong + b.wrong,
    failed: addEach(a.failed, b.failed),
    p50Ms: larger(a.p50Ms, b.p50Ms),
    p99Ms: larger(a.p99Ms, b.p99Ms),
  };
}

type Counts = Readonly<Record<string, number>>;

export function addEach(a: Counts, b: Counts): Counts {
  const sums: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** Loadgen takes at most so many requests in one run, and so many in all. */
const MOST_IN_RUN = 1_000;
const MOST_IN_ALL = 4_000;

/** Through loadgen, as its schedule does it: the rate is shared by as many runs as it takes. */
export async function runLoad(system: System, load: Load): Promise<Requests> {
  const asked = Math.round(load.perSecond * load.seconds);
  if (asked > MOST_IN_ALL) throw new Error(`${asked} requests; loadgen takes ${MOST_IN_ALL}`);
  const runs = Math.ceil(asked / MOST_IN_RUN);
  const intervalMs = Math.round((1_000 / load.perSecond) * runs);
  const all = Array.from({ length: runs }, (_, index) =>
    postRun(system, {
      requests: Math.floor(asked / runs) + (index < asked % runs ? 1 : 0),
      intervalMs,
      maxInFlight: load.maxInFlight ?? MOST_IN_RUN,
      seed: index,
    }),
  );
  return (await Promise.all(all)).reduce(addRequests, NO_REQUESTS);
}

/** Runs of a second, one after the other, until the fault is over, and two more. */
export const loadUntilOver =
  (perSecond: number) =>
  async (system: System, faultOver: AbortSignal): Promise<Requests> => {
    let all = NO_REQUESTS;
    for (let after = 0; after < 2; after += faultOver.aborted ? 1 : 0) {
      all = addRequests(all, await runLoad(system, { perSecond, seconds: 1 }));
    }
    return all;
  };

/** Of the runs that loadgen has ended so far. */
export const finishedRuns = ({ programs }: System): readonly LoadSummary[] =>
  programs.loadgen.lines
    .filter((line) => typeof line !== 'string' && line.message === 'run finished')
    .map((line) => (line as { summary: LoadSummary }).summary);

/** One POST to loadgen. An answer without a summary counts as that many failed requests. */
export async function postRun(system: System, body: LoadRequestBody): Promise<Requests> {
  const answer = await post(`${system.loadgenOrigin()}/`, body).catch((error: Error) => error);
  const asked = body.requests ?? 10;
  if (answer instanceof Error) return { ...NO_REQUESTS, asked, failed: { loadgen_gone: asked } };
  const parsed = JSON.parse(answer.text) as LoadSummary & { summary?: LoadSummary };
  const summary = parsed.summary ?? parsed;
  if (summary.dropReasons === undefined) {
    return { ...NO_REQUESTS, asked, failed: { [`loadgen_${answer.status}`]: asked } };
  }
  const dropped = Object.entries(summary.dropReasons).filter(([, count]) => count > 0);
  return {
    asked,
    ok: summary.ok,
    wrong: summary.mismatched,
    failed: { ...summary.errors, ...prefixed('dropped_', dropped) },
    p50Ms: summary.latencyMs.fromSend?.p50,
    p99Ms: summary.latencyMs.fromSend?.p99,
  };
}

const prefixed = (prefix: string, entries: [string, number][]) =>
  Object.fromEntries(entries.map(([name, count]) => [prefix + name, count]));

const larger = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const headers = { 'content-type': 'application/json' };
  const outgoing = request(url, { method: 'POST', agent: false, headers }, async (response) => {
    try {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, text });
    } catch (error) {
      reject(error);
    }
  });
  outgoing.once('error', reject);
  outgoing.end(JSON.stringify(body));
  return promise;
}
