import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { runChecks } from '../../../tools/conformance/check.ts';
import { clientChecks } from '../../../tools/conformance/client/checks.ts';
import { startStandInServer } from '../../../tools/conformance/client/stand-in-server.ts';
import { startTestedCloud } from '../../../tools/conformance/cloud.ts';
import { createHttpCalls } from '../../../tools/conformance/http-calls.ts';
import { WITHIN_MS } from '../../../tools/conformance/polling.ts';
import { findingsOf } from '../../../tools/conformance/render.ts';
import { type ClientParts, RIGHT_CLIENT, startExampleClient } from './example-client.ts';
import { b3Of, newTrace, traceparentOf } from './example-spans.ts';

/** The ids of the findings about a client with these parts. */
async function findingsOn(
  t: TestContext,
  parts: Partial<ClientParts>,
  withinMs: number = WITHIN_MS,
): Promise<readonly string[]> {
  const tested = await startTestedCloud('client');
  t.after(tested.close);
  const server = await startStandInServer();
  t.after(server.close);
  let variables: Record<string, string> = {};
  const client = await startExampleClient(() => variables, { ...RIGHT_CLIENT, ...parts });
  t.after(client.close);
  const at = { host: '127.0.0.1', port: client.port };
  variables = tested.variables(at, { SERVER_ADDR: server.address }, {});
  const call = createHttpCalls(at, 30_000);
  const { signal } = new AbortController();
  const checks = clientChecks({ call, server, withinMs }, { cloud: tested.cloud, signal });
  return findingsOf(await runChecks(checks, { signal })).map(({ id }) => id);
}

const WRONG: Readonly<Record<string, { parts: Partial<ClientParts>; finding: string }>> = {
  'answers the count as a string': {
    parts: {
      answer(query, count) {
        const right = RIGHT_CLIENT.answer(query, count);
        return { ...right, body: { query, matchCount: String(count), match_count: Number(count) } };
      },
    },
    finding: 'client.answers',
  },
  'keeps 32 bits of the count': {
    parts: {
      answer: (query, count) =>
        RIGHT_CLIENT.answer(query, count === -1n ? count : BigInt.asIntN(32, count)),
    },
    finding: 'client.int64',
  },
  'leaves out a count of 0': {
    parts: {
      answer: (query, count) =>
        count === 0n
          ? { status: 200, type: 'application/json', body: { query } }
          : RIGHT_CLIENT.answer(query, count),
    },
    finding: 'client.zero',
  },
  'answers JSON as text': {
    parts: {
      answer: (query, count) => ({ ...RIGHT_CLIENT.answer(query, count), type: 'text/plain' }),
    },
    finding: 'client.content-type',
  },
  'answers errors as text': {
    parts: { error: (code) => ({ status: code, type: 'text/plain', body: 'it failed' }) },
    finding: 'client.problem',
  },
  'answers errors as plain JSON': {
    parts: { error: (...of) => ({ ...RIGHT_CLIENT.error(...of), type: 'application/json' }) },
    finding: 'client.problem',
  },
  'answers the same count always': {
    parts: { answer: (query) => RIGHT_CLIENT.answer(query, 7n) },
    finding: 'client.answers',
  },
  'names no kind of its errors': {
    parts: { error: (status, _, traceId) => RIGHT_CLIENT.error(status, 'error', traceId) },
    finding: 'client.problem-type',
  },
  'asks for a long pause': { parts: { retryAfter: '60' }, finding: 'client.retry-after' },
  'decodes its query twice': {
    parts: {
      query(url) {
        const once = RIGHT_CLIENT.query(url);
        try {
          return once && decodeURIComponent(once);
        } catch {
          return once;
        }
      },
    },
    finding: 'client.decodes',
  },
  'replaces bytes that are not UTF-8': {
    parts: { refuse: (query) => RIGHT_CLIENT.refuse(query.replaceAll('\ufffd', '?')) },
    finding: 'client.refuses',
  },
  'keeps a plus sign as it is': {
    parts: {
      query: (url) => RIGHT_CLIENT.query(url.includes('to+be') ? url.replaceAll('+', '%2B') : url),
    },
    finding: 'client.plus-sign',
  },
  'says no trace in its errors': {
    parts: { error: (status, type) => RIGHT_CLIENT.error(status, type, undefined) },
    finding: 'client.trace-id',
  },
  'answers no error': {
    parts: { error: () => assert.fail('as the test wants it') },
    finding: 'client.known-queries',
  },
  'reads a plus sign twice': {
    parts: {
      query(url) {
        const once = RIGHT_CLIENT.query(url);
        return once === null ? null : once.replaceAll('+', ' ');
      },
    },
    finding: 'client.decodes',
  },
  'answers 500 to every error of the server': {
    parts: { map: (code) => (code === 3 ? 400 : 500) },
    finding: 'client.status',
  },
  'takes a count that is none': { parts: { isCount: () => true }, finding: 'client.count' },
  'refuses 1,024 bytes': {
    parts: { refuse: (query) => Buffer.byteLength(query) > 1_023 || RIGHT_CLIENT.refuse(query) },
    finding: 'client.longest',
  },
  'checks no known count': { parts: { checksKnown: false }, finding: 'client.known-queries' },
  'answers 400 to every other path': { parts: { unknownPath: 400 }, finding: 'client.paths' },
  'asks the server in its health check': {
    parts: { health: 'asks the server' },
    finding: 'client.health',
  },
  'closes the connection of its health check': {
    parts: { health: 'closes the connection' },
    finding: 'client.health',
  },
  'sends no deadline': {
    parts: { deadlineMs: () => undefined },
    finding: 'client.deadline',
  },
  'does not hear how long its caller waits': {
    parts: { deadlineMs: () => 40_000 },
    finding: 'client.deadline',
  },
  'leaves its call open when the caller goes away': {
    parts: { cancels: false },
    finding: 'client.cancelled',
  },
  'begins a trace with each request': { parts: { parent: newTrace }, finding: 'traces.together' },
  'ignores traceparent': {
    parts: { parent: (headers) => b3Of(headers) ?? newTrace() },
    finding: 'traces.traceparent',
  },
  'takes its parent from what the front end rewrote': {
    parts: { parent: (headers) => traceparentOf(headers) ?? b3Of(headers) ?? newTrace() },
    finding: 'traces.front-end',
  },
  'sends no b3': {
    parts: { headers: ({ traceparent }) => ({ traceparent }) },
    finding: 'outgoing.headers',
  },
  'makes its call in a span of kind internal': {
    parts: { kinds: [2, 1] },
    finding: 'outgoing.parent',
  },
  'passes on that everything is sampled': {
    parts: {
      headers: ({ traceparent, b3 }) => ({
        traceparent: traceparent.replace(/0$/, '1'),
        b3: b3.replace(/0$/, '1'),
      }),
    },
    finding: 'outgoing.unsampled',
  },
};

/** Found once the time is over: something never comes. */
const WAITED = /^(client\.cancelled|traces\.together)$/;

// They mostly wait.
describe('conformance --client', { concurrency: 4 }, () => {
  it('finds nothing wrong with a right client', async (t) => {
    assert.deepEqual(await findingsOn(t, {}), []);
  });

  for (const [name, { parts, finding }] of Object.entries(WRONG)) {
    it(`finds ${finding} of a client that ${name}, and nothing else`, async (t) => {
      const withinMs = WAITED.test(finding) ? 5_000 : WITHIN_MS;
      assert.deepEqual(await findingsOn(t, parts, withinMs), [finding]);
    });
  }
});
