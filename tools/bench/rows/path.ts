/**
 * CPU of client and server a request, untraced, against the same two hops with bare handlers. The
 * search costs nothing: the works are one line.
 *
 * Both have the same V8 options, and a deadline, retries and cancellation on each call. Ours checks
 * and routes the request, bounds what is under way, and writes a log line on each hop; bare does not.
 * Bare with Fastify shows what of the distance is the web framework.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../row.ts';
import { checkBurst, runPair } from '../system/run-pair.ts';

const CONNECTIONS = 20;
/** Ours is more code to compile, and a program runs for longer than a round. */
const WARM_UP_REQUESTS = { quick: 2_000, full: 5_000 };

export const row: Row = {
  rounds: { quick: 3, full: 11 },
  async open({ quick, seed, startSystem }) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-path-'));
    const removeFolder = () => rm(folder, { recursive: true, force: true });
    await writeFile(join(folder, 'work.txt'), 'the world of one line\n');
    const works = { folder, queries: { world: 1 } };
    const system = await startSystem({ works }).finally(removeFolder);
    try {
      const pairs = {
        ours: await system.startPair({ OTEL_SDK_DISABLED: 'true' }),
        bare: await system.startBarePair(1, 'node:http'),
        'bare with Fastify': await system.startBarePair(1, 'Fastify'),
      };
      const warmUp = {
        requests: WARM_UP_REQUESTS[quick ? 'quick' : 'full'],
        connections: CONNECTIONS,
        seed,
      };
      for (const { origin } of Object.values(pairs)) await system.run({ origin, ...warmUp });
      // So many that V8 collects all memory of each program several times: that is part of what a request costs.
      const burst = { requests: quick ? 600 : 6_000, connections: CONNECTIONS, spans: 0 };
      return {
        variants: Object.fromEntries(
          Object.entries(pairs).map(([name, pair]) => [
            name,
            { run: () => runPair(system, pair, burst, seed) },
          ]),
        ),
        figures: [
          {
            variant: 'CPU of client + server a request, bare ÷ ours',
            ours: 'ours',
            other: 'bare',
            metric: 'cpuMs',
            unit: 'ms',
            ratio: 'other/ours',
            goal: { of: 'ratio', atLeast: 0.9 },
          },
          {
            variant: 'CPU of client + server a request, bare with Fastify ÷ ours',
            ours: 'ours',
            other: 'bare with Fastify',
            metric: 'cpuMs',
            unit: 'ms',
            ratio: 'other/ours',
            goal: null,
          },
        ],
        check: checkBurst,
        close: system.close,
      };
    } catch (error) {
      await system.close();
      throw error;
    }
  },
};
