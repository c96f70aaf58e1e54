/**
 * A process that sends requests to client, and checks each answer. As many connections as asked for,
 * each with one request under way, so that the rate is what the programs can do.
 */

import { Agent, get } from 'node:http';
import { createRandom } from '../../../lib/random.ts';
import { serve } from './channel.ts';

export type LoadOptions = Readonly<{
  origin: string;
  requests: number;
  connections: number;
  seed: number;
  /** Query to its expected count. */
  queries: Readonly<Record<string, number>>;
}>;

export type LoadResult = Readonly<{
  wallMs: number;
  p50Ms: number;
  p99Ms: number;
  answered: number;
  /** The first wrong answer. */
  wrong: string | null;
}>;

serve({ run });
// Nothing else keeps it.
process.channel?.ref();

async function run(options: LoadOptions): Promise<LoadResult> {
  const { origin, requests, connections, seed } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const random = createRandom(seed);
  const queries = Object.entries(options.queries);
  const latenciesMs: number[] = [];
  let wrong: string | null = null;
  let left = requests;
  const startMs = performance.now();
  const work = async () => {
    while (left > 0) {
      left -= 1;
      const [query, expected] = queries[Math.floor(random() * queries.length)] ?? ['', 0];
      const sentMs = performance.now();
      const body = await ask(`${origin}/?q=${encodeURIComponent(query)}`, agent);
      latenciesMs.push(performance.now() - sentMs);
      const right = { query, matchCount: expected, match_count: expected };
      if (body !== JSON.stringify(right)) {
        wrong ??= `${body.slice(0, 200)} to ${query}, where ${expected} is right`;
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  const wallMs = performance.now() - startMs;
  agent.destroy();
  latenciesMs.sort((a, b) => a - b);
  const quantile = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
  return {
    wallMs,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    answered: latenciesMs.length,
    wrong,
  };
}

/** Never rejects: what went wrong is no right answer either. */
function ask(url: string, agent: Agent): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  get(url, { agent }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      body += text;
    });
    response.on('end', () => resolve(body));
    response.on('error', (error) => resolve(error.message));
  }).on('error', (error) => resolve(error.message));
  return promise;
}
