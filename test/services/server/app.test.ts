import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { service as healthService } from 'grpc-health-check';
import { AppError } from '../../../lib/errors.ts';
import { type MatchCountResponse, shakespeareService } from '../../../lib/rpc.ts';
import { ATTR, PRESSURE_HEADER, SPAN } from '../../../lib/telemetry/names.ts';
import { createPressure } from '../../../lib/telemetry/pressure.ts';
import { setRunningTelemetry } from '../../../lib/telemetry/running.ts';
import { createApp } from '../../../services/server/app.ts';
import type { Snapshot, Works } from '../../../services/server/works.ts';
import { runUnderPressure } from '../../lib/telemetry/running-pressure.ts';
import { recordLog } from '../log-lines.ts';
import { recordSpans } from '../spans.ts';
import { work } from './object-store.ts';

const spans = recordSpans();

const snapshot: Snapshot = {
  works: [
    work({ name: 'a', bytes: 30, lines: 3, loweredParts: ['to be\nor not\n', 'to be\n'] }),
    work({ name: 'b', bytes: 12, lines: 1, loweredParts: ['what to be'] }),
  ],
  bytes: 42,
  lines: 4,
};
const keptWorks: Works = { read: async () => ({ snapshot, source: 'kept' }), close: () => {} };

/** The answer, and a way to cancel the call. */
function callOnce(client: Client, query: string, deadlineMs = 60_000) {
  const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
  let cancel = () => {};
  const answer = new Promise<MatchCountResponse | undefined>((resolve, reject) => {
    const unary = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { query },
      new Metadata(),
      { deadline: Date.now() + deadlineMs },
      (error, response) => (error ? reject(error) : resolve(response)),
    );
    cancel = () => unary.cancel();
  });
  return Object.assign(answer, { cancel: () => cancel() });
}

const { Watch: watch } = healthService as unknown as {
  Watch: MethodDefinition<{ service: string }, { status: string }>;
};

/** A watcher of the server's health on a connection by itself. */
function watchHealth(t: TestContext, port: number) {
  const options = { 'grpc.use_local_subchannel_pool': 1 };
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  t.after(() => client.close());
  const { path, requestSerialize, responseDeserialize } = watch;
  const request = { service: '' };
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
  const first = Promise.withResolvers<void>();
  const statuses: string[] = [];
  call.on('data', (message: { status: string }) => {
    statuses.push(message.status);
    first.resolve();
  });
  call.on('error', first.reject);
  const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve));
  return { first: first.promise, statuses, ended };
}

async function start(t: TestContext, works: Works = keptWorks) {
  const { logger, lines } = recordLog();
  const app = createApp({ works, bucket: 'works', prefix: 'plays/', logger });
  const port = await app.listen({ host: '127.0.0.1', port: 0 });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  t.after(async () => {
    client.close();
    await app.drain(100);
  });
  spans.reset();
  const call = (query: string, deadlineMs?: number) => callOnce(client, query, deadlineMs);
  return { app, client, port, call, lines };
}

const noPressure = createPressure({ sources: [] });

/** A telemetry under SPAN_FLUSH=before-response, until the end of the test. */
function setTelemetry(t: TestContext, flush: () => Promise<void>): void {
  const telemetry = { flush: async () => {}, shutdown: async () => {}, pressure: noPressure };
  setRunningTelemetry({ ...telemetry, beforeResponse: flush });
  t.after(() => setRunningTelemetry({ ...telemetry, beforeResponse: async () => {} }));
}

describe('GetMatchCount', () => {
  test('counts the matching lines of all works', async (t) => {
    const { call } = await start(t);
    assert.deepEqual(await call('To Be'), { match_count: '3' });
    assert.deepEqual(await call('nothing'), { match_count: '0' });
  });

  test('gives the memory of the works back once it has searched', async (t) => {
    let released = 0;
    const release = () => {
      released += 1;
    };
    const { call } = await start(t, {
      ...keptWorks,
      read: async () => ({ snapshot, source: 'loaded', release }),
    });
    await call('to be');
    assert.equal(released, 1);
  });

  test('answers INVALID_ARGUMENT to bytes that are not UTF-8', async (t) => {
    const { client, lines } = await start(t);
    const { path, responseDeserialize } = shakespeareService.GetMatchCount;
    const bytes = Buffer.from([0x0a, 0x01, 0xe4]);
    const error = await new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest(path, () => bytes, responseDeserialize, {}, resolve);
    });
    assert.equal(error?.code, status.INVALID_ARGUMENT);
    assert.match(error.details, /not valid UTF-8/);
    assert.equal(lines[0]?.grpcCode, status.INVALID_ARGUMENT);
  });

  test('says with every error that a repeat is of no use', async (t) => {
    for (const kind of ['unavailable', 'failedPrecondition', 'internal'] as const) {
      const works = { ...keptWorks, read: () => Promise.reject(new AppError(kind, 'no')) };
      const { call } = await start(t, works);
      await assert.rejects(call('to be'), (error: ServiceError) => {
        assert.deepEqual(error.metadata.get('grpc-retry-pushback-ms'), ['-1']);
        return true;
      });
    }
  });

  for (const [attempts, calls, expected] of [
    [[], [], 0],
    [['2'], [], 2],
    [[], ['2'], 2],
    [['1'], ['1'], 2],
    [[], ['1', '7'], 0],
    [[], ['999'], 999],
    [[], ['1000'], 0],
    [['1'], ['-1'], 1],
    [[], ['1.5'], 0],
    [[], ['1e3'], 0],
    [[], ['0x2'], 0],
    [[], ['Infinity'], 0],
    [[], ['many'], 0],
    [[], [''], 0],
  ] as const) {
    test(`counts ${expected} attempts before the call where attempts are ${attempts.join() || 'none'} and earlier calls "${calls.join()}"`, async (t) => {
      let earlier: number | undefined;
      const { client } = await start(t, {
        ...keptWorks,
        read: async (_signal, terms) => {
          earlier = terms?.earlierCalls();
          return { snapshot, source: 'kept' };
        },
      });
      const metadata = new Metadata();
      for (const value of attempts) metadata.add('grpc-previous-rpc-attempts', value);
      for (const value of calls) metadata.add('shakesapp-earlier-calls', value);
      const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
      await new Promise<void>((resolve, reject) => {
        const query = { query: 'to be' };
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          query,
          metadata,
          (error) => (error ? reject(error) : resolve()),
        );
      });
      assert.equal(earlier, expected);
    });
  }

  test('tells how full the queues of spans are, with answers and with errors', async (t) => {
    runUnderPressure(t, 0.625);
    const { client, call } = await start(t);
    const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
    const { metadata } = await new Promise<StatusObject>((resolve) => {
      const query = { query: 'to be' };
      client
        .makeUnaryRequest(path, requestSerialize, responseDeserialize, query, () => {})
        .on('status', resolve);
    });
    assert.deepEqual(metadata.get(PRESSURE_HEADER), ['0.63']);
    await assert.rejects(call(''), (error: ServiceError) => {
      assert.deepEqual(error.metadata.get(PRESSURE_HEADER), ['0.63']);
      return true;
    });
  });

  const refused: [title: string, query: string, says: RegExp][] = [
    ['an empty query', '', /is empty; allowed: text of 1 to 1024 bytes/],
    ['a query of 1,025 bytes', 'x'.repeat(1_025), /has 1025 bytes; allowed: .*1 to 1024/],
    ['a query of 513 letters of two bytes each', 'ä'.repeat(513), /has 1026 bytes/],
    ['a query with a line feed', 'to\nbe', /holds a line break; allowed: .*without a line break/],
    ['a query with a carriage return', 'to\rbe', /holds a line break/],
  ];
  for (const [title, query, says] of refused) {
    test(`refuses ${title} and says what is allowed`, async (t) => {
      const { call } = await start(t);
      await assert.rejects(call(query), (error: ServiceError) => {
        assert.equal(error.code, status.INVALID_ARGUMENT);
        assert.match(error.details, says);
        return true;
      });
    });
  }

  test('takes a query of exactly 1,024 bytes', async (t) => {
    const { call } = await start(t);
    assert.deepEqual(await call('ä'.repeat(512)), { match_count: '0' });
  });

  const failures: [title: string, thrown: unknown, code: status, details: string][] = [
    [
      'UNAVAILABLE where the works cannot be read',
      new AppError('unavailable', 'not now', { cause: new Error('bucket secret') }),
      status.UNAVAILABLE,
      'not now',
    ],
    [
      'FAILED_PRECONDITION where there are no works',
      new AppError('failedPrecondition', 'there are no works to search'),
      status.FAILED_PRECONDITION,
      'there are no works to search',
    ],
    [
      'INTERNAL, without the reason, for anything unforeseen',
      new TypeError('secret is not a function'),
      status.INTERNAL,
      'an internal error occurred',
    ],
    [
      'INTERNAL even for what is no error',
      'a string',
      status.INTERNAL,
      'an internal error occurred',
    ],
  ];
  for (const [title, thrown, code, details] of failures) {
    test(`answers ${title}`, async (t) => {
      const { call } = await start(t, { read: () => Promise.reject(thrown), close: () => {} });
      await assert.rejects(call('love'), (error: ServiceError) => {
        assert.deepEqual([error.code, error.details], [code, details]);
        return true;
      });
    });
  }

  test('tells the works when its caller goes away, and logs it', async (t) => {
    const reading = Promise.withResolvers<AbortSignal>();
    const logged = Promise.withResolvers<void>();
    const works: Works = {
      read: (signal) => {
        reading.resolve(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('whatever a read says then'));
            setImmediate(logged.resolve);
          });
        });
      },
      close: () => {},
    };
    const { call, lines } = await start(t, works);
    const answer = call('love');
    await reading.promise;
    answer.cancel();
    await assert.rejects(answer, { code: status.CANCELLED });
    await logged.promise;
    assert.equal(lines.at(-1)?.grpcCode, status.CANCELLED);
    assert.equal(spans.named(SPAN.worksRead)[0]?.attributes[ATTR.errorType], 'cancelled');
  });

  test('tells the works when the deadline of the call passes', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
    const aborted = Promise.withResolvers<void>();
    const works: Works = {
      read: (signal) => {
        signal.addEventListener('abort', () => aborted.resolve());
        setImmediate(() => t.mock.timers.tick(60_000));
        return new Promise(() => {});
      },
      close: () => {},
    };
    const { call } = await start(t, works);
    await assert.rejects(call('love'), { code: status.DEADLINE_EXCEEDED });
    await aborted.promise;
  });

  for (const [title, query] of [
    ['an answer', 'to be'],
    ['an error', ''],
  ] as const) {
    test(`stores the spans before ${title}`, async (t) => {
      const stored = Promise.withResolvers<void>();
      const flushing = Promise.withResolvers<void>();
      let flushes = 0;
      setTelemetry(t, async () => {
        if (++flushes > 1) return;
        flushing.resolve();
        await stored.promise;
      });
      const { call } = await start(t);
      const answered = call(query).then(
        () => 'answered',
        () => 'answered',
      );
      assert.equal(await Promise.race([flushing.promise, answered]), undefined);
      // Of another call on the same connection: had it gone out, this one's would be here first.
      await call(query).catch(() => {});
      assert.equal(await Promise.race([answered, Promise.resolve('waits')]), 'waits');
      stored.resolve();
      await answered;
    });
  }

  test('writes a span for the reading and one for the counting', async (t) => {
    const { call } = await start(t);
    await call('To be');
    assert.deepEqual(spans.named(SPAN.worksRead)[0]?.attributes, {
      [ATTR.bucket]: 'works',
      [ATTR.prefix]: 'plays/',
      [ATTR.objects]: 2,
      [ATTR.bytes]: 42,
      [ATTR.source]: 'kept',
    });
    assert.deepEqual(spans.named(SPAN.worksSearch)[0]?.attributes, {
      [ATTR.queryLength]: 5,
      [ATTR.lines]: 4,
      [ATTR.matches]: 3,
    });
  });

  test('logs one line a request, whose severity says how it ended', async (t) => {
    let thrown: unknown;
    const read = () => (thrown ? Promise.reject(thrown) : keptWorks.read(AbortSignal.abort()));
    const { call, lines } = await start(t, { read, close: () => {} });
    await call('love');
    await assert.rejects(call(''));
    thrown = new AppError('unavailable', 'not now', { cause: new Error('the reason') });
    await assert.rejects(call('love'));
    thrown = new TypeError('a fault');
    await assert.rejects(call('love'));
    assert.deepEqual(
      lines.map(({ severity, grpcCode }) => [severity, grpcCode]),
      [
        ['INFO', status.OK],
        ['INFO', status.INVALID_ARGUMENT],
        ['WARNING', status.UNAVAILABLE],
        ['ERROR', status.INTERNAL],
      ],
    );
    assert.match(JSON.stringify(lines[2]), /the reason/);
    assert.equal(lines[0]?.worksSource, 'kept');
  });
});

describe('the other services', () => {
  const health = loadSync('health/v1/health.proto', {
    includeDirs: ['node_modules/grpc-health-check/proto'],
    enums: String,
  })['grpc.health.v1.Health'] as unknown as typeof shakespeareService;

  function check(client: Client, service: string): Promise<unknown> {
    const method = health.Check;
    assert.ok(method);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        { service },
        (error, response) => (error ? reject(error) : resolve(response)),
      );
    });
  }

  test('report health for the server and for the service', async (t) => {
    const { client } = await start(t);
    assert.deepEqual(await check(client, ''), { status: 'SERVING' });
    assert.deepEqual(await check(client, 'shakesapp.ShakespeareService'), { status: 'SERVING' });
    await assert.rejects(check(client, 'other'), { code: status.NOT_FOUND });
  });

  test('show the proto by reflection', async (t) => {
    const { client } = await start(t);
    const reflection = loadSync('reflection/v1/reflection.proto', {
      includeDirs: ['node_modules/@grpc/reflection/build/proto/grpc'],
    })['grpc.reflection.v1.ServerReflection'] as unknown as typeof shakespeareService;
    const method = reflection.ServerReflectionInfo;
    assert.ok(method);
    const stream = client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
    );
    stream.write({ listServices: '' });
    const [answer] = await stream.take(1).toArray();
    stream.cancel();
    const names = answer.listServicesResponse.service.map((item: { name: string }) => item.name);
    assert.ok(names.includes('shakesapp.ShakespeareService'), names.join());
  });
});

describe('drain', () => {
  test('lets the call in flight finish and takes no more', async (t) => {
    const held = Promise.withResolvers<void>();
    const reading = Promise.withResolvers<void>();
    const works: Works = {
      read: async () => {
        reading.resolve();
        await held.promise;
        return { snapshot, source: 'kept' };
      },
      close: () => {},
    };
    const { app, call, port } = await start(t, works);
    const answer = call('to be');
    await reading.promise;
    const drained = app.drain(60_000);
    const late = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    t.after(() => late.close());
    await assert.rejects(callOnce(late, 'to be'), { code: status.UNAVAILABLE });
    held.resolve();
    assert.deepEqual(await answer, { match_count: '3' });
    await drained;
  });

  test('ends the watchers of its health at once, and waits for the call in flight alone', async (t) => {
    const forced = t.mock.method(Server.prototype, 'forceShutdown');
    const held = Promise.withResolvers<void>();
    const reading = Promise.withResolvers<void>();
    const { app, call, port } = await start(t, {
      ...keptWorks,
      read: async () => {
        reading.resolve();
        await held.promise;
        return { snapshot, source: 'kept' };
      },
    });
    const watchers = Array.from({ length: 20 }, () => watchHealth(t, port));
    await Promise.all(watchers.map(({ first }) => first));
    const answer = call('to be');
    await reading.promise;
    const drained = app.drain(60_000);
    for (const { ended, statuses } of watchers) {
      const { code, details } = await ended;
      assert.deepEqual([code, details], [status.UNAVAILABLE, 'the server is stopping']);
      assert.deepEqual(statuses, ['SERVING', 'NOT_SERVING']);
    }
    held.resolve();
    assert.deepEqual(await answer, { match_count: '3' });
    await drained;
    assert.equal(forced.mock.callCount(), 0);
  });

  test('ends after its time even where a call does not', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const reading = Promise.withResolvers<void>();
    const works: Works = {
      read: () => {
        reading.resolve();
        return new Promise(() => {});
      },
      close: () => {},
    };
    const { app, call } = await start(t, works);
    const answer = call('to be', 600_000);
    answer.catch(() => {});
    await reading.promise;
    const drained = app.drain(60_000);
    t.mock.timers.tick(60_000);
    await drained;
    await assert.rejects(answer, (error: ServiceError) => error.code !== status.DEADLINE_EXCEEDED);
  });
});
