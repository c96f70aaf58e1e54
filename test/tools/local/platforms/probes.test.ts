import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createListener } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import {
  createThreshold,
  grpcCheck,
  httpCheck,
  startProbe,
} from '../../../../tools/local/platforms/probes.ts';
import { createManualClock } from './manual-clock.ts';

describe('createThreshold', () => {
  const table: [string, boolean, string, string][] = [
    // results and states as letters: + well, - not well
    ['changes after three failures in a row', true, '---', '++-'],
    ['counts only failures in a row', true, '--+--+---', '++++++++-'],
    ['comes back after two successes in a row', false, '+-++', '---+'],
    ['stays where it is', true, '+++', '+++'],
  ];
  for (const [name, initially, results, states] of table) {
    it(name, () => {
      const judge = createThreshold({ failureThreshold: 3, successThreshold: 2 }, initially);
      const seen = [...results].map((result) => (judge(result === '+') ? '+' : '-')).join('');
      assert.equal(seen, states);
    });
  }
});

describe('startProbe', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const knobs = { periodMs: 1_000, timeoutMs: 100, failureThreshold: 2, successThreshold: 1 };

  it('checks at once and then every period, until it is stopped', async () => {
    const clock = createManualClock();
    let checks = 0;
    const check = () => {
      checks += 1;
      return Promise.resolve(true);
    };
    const probe = startProbe({ check, knobs, initially: false, clock, onResult: () => {} });
    await settle();
    assert.equal(checks, 1);
    clock.advance(1_000);
    await settle();
    assert.equal(checks, 2);
    probe.stop();
    clock.advance(10_000);
    await settle();
    assert.equal(checks, 2);
  });

  it('cancels the check going on when it is stopped', async () => {
    let asked: AbortSignal | undefined;
    const check = (signal: AbortSignal) => {
      asked = signal;
      return new Promise<boolean>(() => {});
    };
    const clock = createManualClock();
    const probe = startProbe({ check, knobs, initially: false, clock, onResult: () => {} });
    assert.equal(asked?.aborted, false);
    probe.stop();
    assert.equal(asked?.aborted, true);
  });

  it('takes a check that rejects or runs past its timeout as a failure', async () => {
    const clock = createManualClock();
    const results: [boolean, boolean][] = [];
    let hang = false;
    const probe = startProbe({
      check: (signal) =>
        hang
          ? new Promise((_, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason)),
            )
          : Promise.reject(new Error('refused')),
      knobs,
      initially: true,
      clock,
      onResult: (healthy, ok) => results.push([healthy, ok]),
    });
    await settle();
    hang = true;
    clock.advance(1_000);
    await settle();
    assert.equal(results.length, 1, 'the second is still waiting');
    clock.advance(100);
    await settle();
    probe.stop();
    assert.deepEqual(results, [
      [true, false],
      [false, false],
    ]);
  });
});

describe('httpCheck', () => {
  it('takes 200 to 399 as well, and nothing else', async (t) => {
    const agents = new Set<string | undefined>();
    const server = createServer((request, response) => {
      agents.add(request.headers['user-agent']);
      response.writeHead(Number(request.url?.slice(1))).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const well = (path: string) => httpCheck(port, path)(AbortSignal.timeout(60_000));
    const statuses = [200, 302, 399, 400, 404, 503];
    assert.deepEqual(
      await Promise.all(statuses.map((code) => well(`/${code}`))),
      statuses.map((code) => code < 400),
    );
    assert.deepEqual([...agents], ['kube-probe/1.33']);
    server.close();
    await assert.rejects(httpCheck(port, '/200')(AbortSignal.abort()));
  });
});

describe('grpcCheck', () => {
  const serve = async (t: TestContext, at = 0) => {
    const server = new Server();
    const health = new HealthImplementation({ '': 'SERVING' });
    health.addToServer(server);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${at}`, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    t.after(() => server.forceShutdown());
    return { server, health, port };
  };

  it('asks grpc.health.v1 and takes SERVING alone as well', async (t) => {
    const { server, health, port } = await serve(t);
    const check = grpcCheck(port);
    assert.equal(await check(AbortSignal.timeout(60_000)), true);
    health.setStatus('', 'NOT_SERVING');
    assert.equal(await check(AbortSignal.timeout(60_000)), false);
    server.forceShutdown();
    await assert.rejects(check(AbortSignal.timeout(60_000)));
    // a channel that was kept would still be backing off
    await serve(t, port);
    assert.equal(await check(AbortSignal.timeout(60_000)), true);
  });

  it('gives up a container that takes the call and never answers', async (t) => {
    const silent = createListener().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    silent.on('connection', (socket) => t.after(() => socket.destroy()));
    const timeout = new AbortController();
    const asked = once(silent, 'connection');
    const checked = grpcCheck((silent.address() as AddressInfo).port)(timeout.signal);
    await asked;
    timeout.abort();
    await assert.rejects(checked, { code: status.CANCELLED });
  });
});
