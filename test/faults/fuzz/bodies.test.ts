import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import fc from 'fast-check';
import { createApp as createLoadgen } from '../../../functions/loadgen/app.ts';
import { loadgenVariables } from '../../../functions/loadgen/config.ts';
import type { LoadPlan } from '../../../functions/loadgen/plan.ts';
import { createServer } from '../../../functions/loadgen/server.ts';
import { createTally } from '../../../functions/loadgen/summary.ts';
import { systemClock } from '../../../lib/clock.ts';
import { parseEnv } from '../../../lib/config.ts';
import { createApp as createClient } from '../../../services/client/app.ts';
import { recordLog } from '../../services/log-lines.ts';
import { legalFields, loadBody } from './load-bodies.ts';
import { askedQuery, queryString } from './query-strings.ts';
import { fuzz, type Verdict } from './surface.ts';

type Asked = Readonly<{ port: number; agent: Agent; method: string; path: string; body?: Buffer }>;

async function ask({ port, agent, method, path, body }: Asked) {
  const sent = request({ host: '127.0.0.1', port, agent, method, path }).end(body);
  const [response] = await once(sent, 'response');
  return { status: Number(response.statusCode), body: JSON.parse(await text(response)) };
}

test('loadgen takes every legal body as it was sent, and names what is wrong in any other', async (t) => {
  const config = parseEnv(loadgenVariables, { CLIENT_ADDR: 'client:80' });
  const { logger } = recordLog();
  let planned: LoadPlan | undefined;
  const runs = {
    stopping: false,
    stop: async () => {},
    // As if the run were over.
    run: async (plan: LoadPlan) => {
      planned = plan;
      return { ...createTally(plan).summary('finished'), sent: 1 };
    },
  };
  const app = createLoadgen({ runs, config, clock: systemClock, logger });
  const { server } = createServer({ app, logger });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const agent = new Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  await fuzz({
    name: 'bodies to loadgen',
    quick: 800,
    full: 12_000,
    input: loadBody,
    judge: async (sent): Promise<Verdict> => {
      planned = undefined;
      const { status, body } = await ask({ port, agent, method: 'POST', path: '/', body: sent });
      const fields = legalFields(sent);
      if (fields !== null) {
        assert.equal(status, 200, JSON.stringify(body));
        const plan = planned as LoadPlan | undefined;
        assert.ok(plan);
        for (const [name, value] of Object.entries(fields)) {
          if (name !== 'scheduledTime') assert.equal(plan[name as keyof LoadPlan], value, name);
          else assert.equal(Date.parse(plan.scheduledMinute), minuteOf(String(value)));
        }
        assert.equal(plan.queries.length, plan.requests);
        return 'accepted';
      }
      assert.equal(status, 400, JSON.stringify(body));
      assert.equal(planned, undefined);
      if (sent.length > 64 * 1024) return 'refused';
      assert.ok(body.problems.length > 0);
      for (const { field, allowed, value } of body.problems) {
        assert.ok(body.detail.includes(`${field} is `), field);
        assert.ok(allowed.length > 3 && body.detail.includes(allowed), allowed);
        assert.ok((JSON.stringify(value) ?? '').length <= 250, 'the value is not cut');
      }
      assert.doesNotMatch(body.detail, /Unexpected|JSON\.parse|position \d|expected .*received/i);
      return 'refused';
    },
  });
});

const minuteOf = (time: string) => Math.floor(Date.parse(time) / 60_000) * 60_000;

test('client counts the query that was asked, and says of any other what is allowed', async (t) => {
  const { logger } = recordLog();
  let counted: string | undefined;
  const app = createClient({
    server: {
      getMatchCount: async (query) => {
        counted = query;
        return BigInt(query.length);
      },
      checkHealth: async () => {},
      close: () => {},
    },
    knownQueries: { love: 4 },
    random: () => 0,
    logger,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  t.after(async () => {
    agent.destroy();
    await app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  await fuzz({
    name: 'query strings to client',
    quick: 800,
    full: 12_000,
    input: queryString.map((query) => ({ path: `/${query}`, [fc.toStringMethod]: () => query })),
    judge: async ({ path }): Promise<Verdict> => {
      counted = undefined;
      const { status, body } = await ask({ port, agent, method: 'GET', path });
      const asked = askedQuery(path);
      if (asked === null) {
        assert.deepEqual([status, counted], [400, undefined], JSON.stringify(body));
        assert.match(body.detail, /; allowed: /);
        return 'refused';
      }
      assert.equal(status, 200, JSON.stringify(body));
      const query = asked ?? 'love';
      assert.deepEqual([body.query, body.matchCount, counted], [query, query.length, query]);
      return 'accepted';
    },
  });
});
