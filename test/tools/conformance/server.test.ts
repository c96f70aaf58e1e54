import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { after, before, describe, it, type TestContext } from 'node:test';
import { status } from '@grpc/grpc-js';
import { runChecks } from '../../../tools/conformance/check.ts';
import { startTestedCloud, type TestedCloud } from '../../../tools/conformance/cloud.ts';
import { WITHIN_MS } from '../../../tools/conformance/polling.ts';
import { findingsOf } from '../../../tools/conformance/render.ts';
import { serverChecks } from '../../../tools/conformance/server/checks.ts';
import { createServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { decodeText } from '../../../tools/works/count.ts';
import { RIGHT_SERVER, type ServerParts, startExampleServer } from './example-server.ts';
import { b3Of, newTrace, parentOf, traceparentOf } from './example-spans.ts';

/** The ids of the findings about a server with these parts. */
async function findingsOn(
  t: TestContext,
  tested: TestedCloud,
  parts: Partial<ServerParts>,
  withinMs: number = WITHIN_MS,
): Promise<readonly string[]> {
  let variables: Record<string, string> = {};
  const server = await startExampleServer(() => variables, { ...RIGHT_SERVER, ...parts });
  t.after(server.close);
  const at = { host: '127.0.0.1', port: server.port };
  variables = tested.variables(at, {}, {});
  const calls = createServerCalls(at, 30_000);
  t.after(calls.close);
  const { signal } = new AbortController();
  const checks = serverChecks({
    calls,
    cloud: tested.cloud,
    signal,
    withinMs,
  });
  return findingsOf(await runChecks(checks, { signal })).map(({ id }) => id);
}

const withoutAccents = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');

/** Of the call that came last, whichever one asks. */
let latest = '';
let calls = 0;

const WRONG: Readonly<Record<string, { parts: Partial<ServerParts>; finding: string }>> = {
  'compiles the query as a pattern': {
    parts: {
      matches(line, query) {
        try {
          return new RegExp(query, 'iu').test(line);
        } catch {
          return false;
        }
      },
    },
    finding: 'answers.literal',
  },
  'distinguishes upper and lower case': {
    parts: { matches: (line, query) => line.includes(query) },
    finding: 'answers.case',
  },
  'ignores the case of ASCII letters only': {
    parts: {
      matches(line, query) {
        const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        return lower(line).includes(lower(query));
      },
    },
    finding: 'answers.case-unicode',
  },
  'counts occurrences': {
    parts: {
      weight: (line, query) => line.toLowerCase().split(query.toLowerCase()).length - 1,
    },
    finding: 'answers.lines',
  },
  'loses a last line without a line feed': {
    parts: { lines: (texts) => texts.flatMap((text) => text.split('\n').slice(0, -1)) },
    finding: 'answers.last-line',
  },
  'splits lines at every separator of Unicode': {
    parts: {
      lines: (texts) => texts.flatMap((text) => text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)),
    },
    finding: 'answers.line-end',
  },
  'splits lines at carriage returns': {
    parts: { lines: (texts) => texts.flatMap((text) => text.split(/\r\n|[\n\r]/)) },
    finding: 'answers.carriage-return',
  },
  'joins the texts': {
    parts: { lines: (texts) => texts.join('').split('\n') },
    finding: 'answers.text-end',
  },
  'stops reading a text at a line that is too long': {
    parts: {
      lines: (texts) =>
        texts.flatMap((text) => {
          const lines = text.split('\n');
          const long = lines.findIndex((line) => line.length > 65_536);
          return long < 0 ? lines : lines.slice(0, long);
        }),
    },
    finding: 'answers.long-line',
  },
  'decodes every text as UTF-8': {
    parts: { decode: (bytes) => bytes.toString('utf8') },
    finding: 'answers.latin1',
  },
  'decodes every text as ISO-8859-1': {
    parts: { decode: (bytes) => bytes.toString('latin1') },
    finding: 'answers.unicode',
  },
  'counts equal lines once': {
    parts: { lines: (texts) => [...new Set(texts.flatMap((text) => text.split('\n')))] },
    finding: 'answers.same-lines',
  },
  'normalises its texts and the query': {
    parts: {
      matches: (line, query) => RIGHT_SERVER.matches(line.normalize('NFC'), query.normalize('NFC')),
    },
    finding: 'answers.accents',
  },
  'takes accents off': {
    parts: {
      matches: (line, query) => RIGHT_SERVER.matches(withoutAccents(line), withoutAccents(query)),
    },
    finding: 'answers.accents',
  },
  'reads Windows-1252 for ISO-8859-1': {
    parts: {
      decode: (bytes) =>
        isUtf8(bytes) ? bytes.toString() : new TextDecoder('windows-1252').decode(bytes),
    },
    finding: 'answers.latin1',
  },
  'decides how to decode by the beginning of a text': {
    parts: {
      decode: (bytes) => bytes.toString(isUtf8(bytes.subarray(0, 1_024)) ? 'utf8' : 'latin1'),
    },
    finding: 'answers.latin1',
  },
  'decodes each line by itself': {
    parts: {
      decode: (bytes) =>
        bytes
          .toString('latin1')
          .split('\n')
          .map((line) => decodeText(Buffer.from(line, 'latin1')))
          .join('\n'),
    },
    finding: 'answers.latin1',
  },
  'reads names with an ending only': {
    parts: { isText: (name, prefix) => RIGHT_SERVER.isText(name, prefix) && name.endsWith('.txt') },
    finding: 'answers.every-text',
  },
  'reads no folders below the prefix': {
    parts: {
      isText: (name, prefix) =>
        RIGHT_SERVER.isText(name, prefix) && !name.slice(prefix.length).includes('/'),
    },
    finding: 'answers.every-text',
  },
  'refuses control characters': {
    parts: {
      refuse: (query) =>
        /[\t\f\v]/.test(query) ? status.INVALID_ARGUMENT : RIGHT_SERVER.refuse(query),
    },
    finding: 'answers.spaces',
  },
  'reads the texts for a health check': {
    parts: { health: { status: 1, reads: true } },
    finding: 'health.texts',
  },
  'finds complete words only': {
    parts: {
      matches: (line, query) =>
        RIGHT_SERVER.matches(line, query) &&
        !(/^\w+$/.test(query) && !line.toLowerCase().split(/\W+/).includes(query.toLowerCase())),
    },
    finding: 'answers.substring',
  },
  'trims the query': {
    parts: { matches: (line, query) => RIGHT_SERVER.matches(line, query.trim()) },
    finding: 'answers.spaces',
  },
  'reads the placeholders of folders': {
    parts: { isText: (name, prefix) => name.startsWith(prefix) },
    finding: 'answers.every-text',
  },
  'reads what is not under the prefix': {
    parts: { isText: (name) => !name.endsWith('/') },
    finding: 'answers.every-text',
  },
  'takes an empty query': {
    parts: { refuse: (query) => (query === '' ? undefined : RIGHT_SERVER.refuse(query)) },
    finding: 'limits.empty',
  },
  'takes a query with a line break': {
    parts: {
      refuse: (query) => RIGHT_SERVER.refuse(query.replace(/[\n\r]/g, '.')),
    },
    finding: 'limits.line-break',
  },
  'takes 1,025 bytes': {
    parts: { refuse: (query) => RIGHT_SERVER.refuse(query.replace(/^qq/, 'q')) },
    finding: 'limits.length',
  },
  'refuses 1,024 bytes': {
    parts: { refuse: (query) => RIGHT_SERVER.refuse(query.replace(/^q/, 'qq')) },
    finding: 'limits.length',
  },
  'counts the characters of a query': {
    parts: {
      refuse: (query) => (query.startsWith('éé') ? undefined : RIGHT_SERVER.refuse(query)),
    },
    finding: 'limits.length',
  },
  'replaces invalid bytes of a query': {
    parts: { refuse: (query) => RIGHT_SERVER.refuse(query.replaceAll('\ufffd', '')) },
    finding: 'limits.utf8',
  },
  'refuses by another code': {
    parts: {
      refuse: (query) => (RIGHT_SERVER.refuse(query) === undefined ? undefined : status.UNKNOWN),
    },
    finding: 'errors.code',
  },
  'answers with the count of some of the texts': {
    parts: { whenUnread: 'leave out' },
    finding: 'errors.partial',
  },
  'answers another code where a text cannot be read': {
    parts: { whenUnread: 'fail by another code' },
    finding: 'errors.partial',
  },
  'answers UNKNOWN to a health check': {
    parts: { health: { status: 0 } },
    finding: 'health.serving',
  },
  'knows no empty name in a health check': {
    parts: { health: { status: 0, code: status.NOT_FOUND } },
    finding: 'health.serving',
  },
  'records one call in two': {
    parts: {
      parent(headers) {
        calls += 1;
        const parent = parentOf(headers);
        return { ...parent, sampled: parent.sampled && calls % 2 === 0 };
      },
    },
    finding: 'traces.sampled',
  },
  'makes a trace beside each call': { parts: { strays: true }, finding: 'spans.strays' },
  'makes a trace of each health check': {
    parts: { health: { status: 1, makesSpan: true }, healthParent: newTrace },
    finding: 'spans.health',
  },
  'does not say which instance it is': {
    parts: { resource: (env) => env.replace(/k8s[^,]*/, 'pod=1') },
    finding: 'spans.resource',
  },
  'does not say its project': {
    parts: { resource: (env) => env.replace('gcp.project_id', 'project') },
    finding: 'traces.stored',
  },
  'makes spans for health checks': {
    parts: { health: { status: 1, makesSpan: true } },
    finding: 'spans.health',
  },
  'encodes the count as a fixed32': {
    parts: { encode: (count) => Buffer.from([0x0d, Number(count), 0, 0, 0]) },
    finding: 'answers.plain',
  },
  'stores no spans': {
    parts: { parent: () => ({ ...newTrace(), sampled: false }) },
    finding: 'traces.stored',
  },
  'begins a trace with each call': {
    parts: { parent: newTrace },
    finding: 'traces.together',
  },
  'makes a root span in the trace of its caller': {
    parts: {
      parent(headers) {
        const { spanId: _, ...root } = parentOf(headers);
        return root;
      },
    },
    finding: 'traces.together',
  },
  'ignores traceparent': {
    parts: { parent: (headers) => b3Of(headers) ?? newTrace() },
    finding: 'traces.traceparent',
  },
  'takes its parent from what the front end rewrote': {
    parts: { parent: (headers) => traceparentOf(headers) ?? b3Of(headers) ?? newTrace() },
    finding: 'traces.front-end',
  },
  'drops what the front end marks as not sampled': {
    parts: {
      parent: (headers) => ({
        ...parentOf(headers),
        sampled: traceparentOf(headers)?.sampled ?? true,
      }),
    },
    finding: 'traces.cleared-flag',
  },
  'records what its caller does not sample': {
    parts: { parent: (headers) => ({ ...parentOf(headers), sampled: true }) },
    finding: 'traces.unsampled',
  },
  'makes spans of kind internal': { parts: { kind: 1 }, finding: 'spans.kind' },
  'names another service': { parts: { service: () => 'my-server' }, finding: 'spans.service' },
  'keeps the error of a read that failed': {
    parts: { keepsFailure: true },
    finding: 'errors.again',
  },
  'reads the first page of the list of objects': {
    parts: { pages: 'first' },
    finding: 'answers.every-text',
  },
  'shares the query between calls': {
    parts: {
      work: { takesMs: 50, stops: true },
      refuse(query) {
        latest = query;
        return RIGHT_SERVER.refuse(query);
      },
      matches: (line) => RIGHT_SERVER.matches(line, latest),
    },
    finding: 'calls.parallel',
  },
  'leaves its span open where the call is cancelled': {
    parts: { work: { takesMs: 400, stops: true }, endsCancelled: false },
    finding: 'interruption.span',
  },
  'goes on working after a cancellation': {
    parts: { work: { takesMs: 400, stops: false } },
    finding: 'interruption.cancelled',
  },
};

/** Found once the time is over: something never comes. */
const WAITED = /^(health\.serving|traces\.(stored|together)|interruption\.span)$/;

describe('conformance --server', () => {
  let tested: TestedCloud;
  before(async () => {
    tested = await startTestedCloud('server');
  });
  after(() => tested.close());

  it('finds nothing wrong with a right server', async (t) => {
    assert.deepEqual(await findingsOn(t, tested, {}), []);
  });

  it('finds nothing wrong with a slow server that stops with its call', async (t) => {
    assert.deepEqual(await findingsOn(t, tested, { work: { takesMs: 400, stops: true } }), []);
  });

  for (const [name, { parts, finding }] of Object.entries(WRONG)) {
    it(`finds ${finding} of a server that ${name}, and nothing else`, async (t) => {
      const withinMs = WAITED.test(finding) ? 500 : WITHIN_MS;
      assert.deepEqual(await findingsOn(t, tested, parts, withinMs), [finding]);
    });
  }
});
