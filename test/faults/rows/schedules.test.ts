import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import {
  type LoadRequestBody,
  type LoadSummary,
  SCHEDULE_TIME_HEADER,
} from '../../../functions/loadgen/contract.ts';
import { faultRow } from '../harness.ts';
import { addRequests, finishedRuns, NO_REQUESTS, postRun, type Requests } from '../load.ts';
import { until } from '../strikes.ts';
import type { System } from '../system.ts';

/** As Cloud Scheduler sends it. */
async function deliver(system: System, minute: string, body: LoadRequestBody) {
  const answer = await fetch(`${system.loadgenOrigin()}/`, {
    method: 'POST',
    headers: { [SCHEDULE_TIME_HEADER]: `2026-03-01T${minute}:00Z` },
    body: JSON.stringify(body),
  });
  const parsed = (await answer.json()) as LoadSummary & { summary?: LoadSummary };
  return { status: answer.status, summary: parsed.summary ?? parsed };
}

const requestsOf = ({ requests, ok, mismatched, errors }: LoadSummary): Requests => ({
  ...NO_REQUESTS,
  asked: requests,
  ok,
  wrong: mismatched,
  failed: errors,
});

faultRow({
  name: 'a minute that is delivered again runs once, late and beside the next minute',
  load: async (system) => {
    const body = { requests: 20, intervalMs: 50 };
    const [first, second, next] = await Promise.all([
      deliver(system, '12:34', body),
      deliver(system, '12:34', body),
      deliver(system, '12:35', body),
    ]);
    const again = await deliver(system, '12:34', body);
    const isDuplicate = [first, second, next, again].map(
      ({ summary }) => summary.duplicate ?? false,
    );
    assert.deepEqual(isDuplicate.toSorted(), [false, false, true, true]);
    const ran = first.summary.duplicate ? second : first;
    assert.deepEqual(again, { status: 200, summary: { ...ran.summary, duplicate: true } });
    return addRequests(requestsOf(ran.summary), requestsOf(next.summary));
  },
  expect: { check: ({ complete }) => assert.equal(complete, 20 + 20 + 2) },
});

faultRow({
  name: 'a run beyond LOADGEN_MAX_RUNS is refused, and has room when another one has ended',
  system: { env: { loadgen: { LOADGEN_MAX_RUNS: '2' } } },
  load: async (system) => {
    const body = { requests: 10, intervalMs: 0 };
    await system.links.client.set('hold');
    const { accepted } = system.links.client.connections();
    const two = [postRun(system, body), postRun(system, body)];
    // The warm-up may have left two connections, which are not on hold.
    await until('they run', () => system.links.client.connections().accepted >= accepted + 18);
    const refused = await postRun(system, body);
    assert.deepEqual(refused.failed, { loadgen_503: 10 });
    await system.links.client.set('pass');
    const ended = await Promise.all(two);
    return [...ended, refused, await postRun(system, body)].reduce(addRequests);
  },
  expect: {
    documented: ['loadgen_503'],
    check: ({ requests, complete }) => {
      assert.equal(requests.ok, 30);
      assert.equal(complete, 30 + 2);
    },
  },
});

faultRow({
  name: 'a post that is cut off begins no run, and a caller that goes away ends none',
  form: 'full',
  // Without a connection that is kept alive, the first request of a run is a new one.
  warmUp: 0,
  load: async (system) => {
    const { hostname, port } = new URL(system.loadgenOrigin());
    const text = JSON.stringify({ requests: 20, intervalMs: 50 });
    const cutOff = async (sent: string) => {
      const socket = createConnection({ host: hostname, port: Number(port) });
      await once(socket, 'connect');
      const head = `POST / HTTP/1.1\r\nhost: x\r\n${SCHEDULE_TIME_HEADER}: 2026-03-01T12:34:00Z\r\n`;
      socket.end(`${head}content-length: ${text.length}\r\n\r\n${sent}`);
      return socket;
    };
    const calls = () => system.links.client.connections().accepted;
    await once((await cutOff(text.slice(0, 10))).resume(), 'close');
    const before = calls();
    const socket = await cutOff(text);
    await until('it runs', () => calls() > before);
    socket.destroy();
    // What Cloud Scheduler does at its deadline.
    const retried = await deliver(system, '12:34', { requests: 20, intervalMs: 50 });
    assert.equal(retried.summary.duplicate, true);
    await until('the run has ended', () => finishedRuns(system).length > 0);
    assert.equal(finishedRuns(system).length, 1);
    return finishedRuns(system).map(requestsOf).reduce(addRequests, NO_REQUESTS);
  },
  expect: { check: ({ complete }) => assert.equal(complete, 20) },
});

faultRow({
  name: 'a run that could send nothing is answered with 503, and its retry runs',
  load: async (system) => {
    const body = { requests: 10, intervalMs: 50 };
    await system.links.client.set('refuse');
    const first = await deliver(system, '12:34', body);
    await system.links.client.set('pass');
    const retried = await deliver(system, '12:34', body);
    assert.deepEqual([first.status, retried.status], [503, 200]);
    assert.equal(retried.summary.duplicate, undefined);
    return addRequests(requestsOf(first.summary), requestsOf(retried.summary));
  },
  expect: {
    documented: ['connect'],
    check: ({ requests }) => assert.deepEqual([requests.ok, requests.failed.connect], [10, 10]),
  },
});
