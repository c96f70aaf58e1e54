import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import type { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import { status } from '@grpc/grpc-js';
import { createConnection } from '../../../lib/telemetry/cloud-trace-connection.ts';
import { FateUnknown, NotStoredYet } from '../../../lib/telemetry/sink.ts';

const TIMEOUT_MS = 5_000;
const WRITE = { request: Buffer.from('request'), metadata: {} };

type GrpcError = Readonly<{ code: number; details: string }>;
type Call = {
  client: object;
  deadline: number;
  cancelled: boolean;
  answer(error?: GrpcError): void;
};

/** A connection whose client the test is: it is given each call, and answers it. */
function start(t: TestContext, getClient?: () => never) {
  const calls: Call[] = [];
  const made: { args: unknown[]; closed: boolean }[] = [];
  class FakeClient {
    static readonly service = { BatchWriteSpans: { path: '/BatchWriteSpans' } };
    readonly own: { args: unknown[]; closed: boolean };
    constructor(...args: unknown[]) {
      this.own = { args, closed: false };
      made.push(this.own);
    }
    makeUnaryRequest(
      _path: string,
      _serialize: object,
      _deserialize: object,
      _request: object,
      _metadata: object,
      { deadline }: { deadline: number },
      done: (error: unknown) => void,
    ) {
      const call: Call = {
        client: this.own,
        deadline,
        cancelled: false,
        answer: (error) =>
          done(error ? Object.assign(new Error(`${error.code} ${error.details}`), error) : null),
      };
      calls.push(call);
      return {
        cancel() {
          call.cancelled = true;
        },
      };
    }
    close() {
      this.own.closed = true;
    }
    getChannel() {
      return { internalChannel: { credentials: 'credentials', options: { theirs: 1 } } };
    }
  }
  const exporter = { _getClient: getClient ?? (async () => new FakeClient()) };
  const connection = createConnection({
    createExporter: () => exporter as unknown as TraceExporter,
    endpoint: 'trace.example:443',
    timeoutMs: TIMEOUT_MS,
  });
  t.after(() => connection.close());
  const write = async (signal = new AbortController().signal) => {
    const outcome = connection.write(WRITE, signal).then(
      () => 'stored',
      (error: unknown) => error,
    );
    await settle();
    return outcome;
  };
  /** Begins a write, and gives the call that it makes. */
  const begin = async (signal?: AbortSignal) => {
    const outcome = { is: undefined as unknown };
    const before = calls.length;
    write(signal).then((is) => {
      outcome.is = is;
    });
    while (calls.length === before) await settle();
    return { call: calls[before] as Call, outcome };
  };
  return { begin, write, made };
}

async function rejectionOf(t: TestContext, code: number, details: string): Promise<unknown> {
  const { begin } = start(t);
  const { call, outcome } = await begin();
  call.answer({ code, details });
  while (outcome.is === undefined) await settle();
  return outcome.is;
}

describe('the connection to Cloud Trace', () => {
  test('is made once, with the exporter’s credentials and options that seek a lost server soon', async (t) => {
    const { begin, made } = start(t);
    (await begin()).call.answer();
    (await begin()).call.answer();
    const [theirs, ours, ...more] = made;
    assert.deepEqual([theirs?.closed, ours?.closed, more], [true, false, []]);
    const [address, credentials, options] = ours?.args ?? [];
    assert.deepEqual([address, credentials], ['trace.example:443', 'credentials']);
    assert.partialDeepStrictEqual(options, {
      theirs: 1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 500,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
    });
  });

  test('gives each call a deadline', async (t) => {
    const before = Date.now();
    const { call } = await start(t).begin();
    assert.ok(call.deadline >= before + TIMEOUT_MS && call.deadline <= Date.now() + TIMEOUT_MS);
  });

  test('cancels a call that is given up, and is opened again where nothing was answered', async (t) => {
    const { begin, made } = start(t);
    const controller = new AbortController();
    const { call } = await begin(controller.signal);
    controller.abort(new Error('late'));
    assert.equal(call.cancelled, true);
    assert.deepEqual(call.client, { ...made[1], closed: true });
    const next = await begin();
    assert.equal(next.call.client, made[2]);
  });

  test('is opened again after a call that gRPC itself ends at its deadline', async (t) => {
    const { begin, made } = start(t);
    (await begin()).call.answer({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' });
    assert.equal((await begin()).call.client, made[2]);
  });

  for (const [what, error] of [
    ['another call was stored', undefined],
    ['another call was refused', { code: status.UNAVAILABLE, details: 'come back' }],
  ] as const) {
    test(`stays open where ${what} in the meantime`, async (t) => {
      const { begin, made } = start(t);
      const controller = new AbortController();
      await begin(controller.signal);
      (await begin()).call.answer(error);
      controller.abort(new Error('late'));
      assert.equal((await begin()).call.client, made[1]);
    });
  }

  test('finds credentials again after a token that was rejected, once for all calls that had it', async (t) => {
    const { begin, made } = start(t);
    const rejected = { code: status.UNAUTHENTICATED, details: 'the token was revoked' };
    const [first, second] = [await begin(), await begin()];
    first.call.answer(rejected);
    const next = await begin();
    second.call.answer(rejected);
    assert.equal((await begin()).call.client, next.call.client);
    assert.deepEqual(
      [first.call.client, next.call.client],
      [{ ...made[1], closed: true }, made[3]],
    );
    assert.equal(made.length, 4);
  });

  test('counts a broken connection for no answer', async (t) => {
    const { begin, made } = start(t);
    const controller = new AbortController();
    await begin(controller.signal);
    (await begin()).call.answer({ code: status.UNAVAILABLE, details: 'Connection dropped' });
    controller.abort(new Error('late'));
    assert.equal((await begin()).call.client, made[2]);
  });
});

describe('an error of a call to Cloud Trace', () => {
  for (const [code, details, maybeStored] of [
    [status.UNAVAILABLE, 'The service is currently unavailable.', true],
    [status.UNAVAILABLE, 'No connection established. Last error: ECONNREFUSED', false],
    [status.UNAVAILABLE, 'Name resolution failed for target dns:trace.example:443', false],
    [status.UNAVAILABLE, 'Stream refused by server', false],
    [status.RESOURCE_EXHAUSTED, 'Quota exceeded for quota metric', false],
    [status.ABORTED, 'conflict', false],
    [status.CANCELLED, 'The caller cancelled', true],
    [status.UNAVAILABLE, 'Channel closed before call started', false],
    [status.UNAUTHENTICATED, 'Request had invalid authentication credentials', false],
    [status.UNKNOWN, 'Getting metadata from plugin failed with error: no token', false],
    [status.UNAVAILABLE, 'Connection dropped', true],
    [status.UNAVAILABLE, 'read ECONNRESET', true],
    [status.INTERNAL, 'Received RST_STREAM with code 2 (Internal server error)', true],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded', true],
  ] as const) {
    const fate = maybeStored ? 'may have been stored, and' : 'was not stored, and';
    test(`${status[code]} “${details}”: the batch ${fate} is sent again`, async (t) => {
      const error = await rejectionOf(t, code, details);
      assert.ok(error instanceof NotStoredYet, String(error));
      assert.equal(error.maybeStored, maybeStored);
    });
  }

  for (const [code, details] of [
    [status.INVALID_ARGUMENT, 'Invalid value at spans[0]'],
    [status.PERMISSION_DENIED, 'The caller does not have permission'],
    [status.RESOURCE_EXHAUSTED, 'Received message larger than max (20000000 vs. 16777216)'],
  ] as const) {
    test(`${status[code]} “${details}” is final`, async (t) => {
      const error = await rejectionOf(t, code, details);
      assert.ok(error instanceof Error && !(error instanceof NotStoredYet), String(error));
      assert.ok(!(error instanceof FateUnknown), String(error));
    });
  }

  for (const [code, details] of [
    [status.INTERNAL, 'Internal error encountered.'],
    [status.UNKNOWN, 'Unknown error'],
    [status.DATA_LOSS, 'lost'],
  ] as const) {
    test(`${status[code]} “${details}” is final, and the batch may have been stored`, async (t) => {
      assert.ok((await rejectionOf(t, code, details)) instanceof FateUnknown);
    });
  }

  test('credentials that cannot be found are looked for again', async (t) => {
    const { write } = start(t, () => {
      throw new Error('Could not load the default credentials');
    });
    const error = await write();
    assert.ok(error instanceof NotStoredYet && !error.maybeStored);
  });
});
