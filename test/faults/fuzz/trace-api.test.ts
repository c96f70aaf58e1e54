import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toV1Span } from '../../../tools/local/cloud/trace/v1-trace.ts';
import type { Deviation } from '../../../tools/traces/deviation.ts';
import { createTraceApi } from '../../../tools/traces/sources/trace-api.ts';
import { createSleepingClock } from '../../tools/sleeping-clock.ts';
import { requestTrace } from '../../tools/traces/request-trace.ts';
import {
  change,
  changedDocument,
  sendChanged,
  startBackend,
  textInstead,
  UNCHANGED,
} from './changed-answer.ts';
import { assertReadable, digestOf } from './read-traces.ts';
import { fuzz, type Verdict } from './surface.ts';

const SIGNAL = new AbortController().signal;
const WINDOW = { filter: '', startTime: '2026-03-02T10:00:00Z', endTime: '2026-03-02T11:00:00Z' };
const TRACES = [0, 1].map((sequence) =>
  requestTrace({ platform: 'gcp_cloud_run', run: 0, sequence, frontEnd: 'stored' }),
);
const V1 = TRACES.map(({ traceId, projectId, spans }) => ({
  projectId,
  traceId,
  spans: spans.map((span) => ({ ...toV1Span(span), name: span.name })),
}));
const LIST = { traces: V1, nextPageToken: 'more' };

test('whatever the API of Cloud Trace answers, it is read right, said, or refused by name', async (t) => {
  let asked = UNCHANGED;
  let served: object = LIST;
  const host = await startBackend(t, (request, response) => {
    const isList = !/\/traces\/./.test(request.url ?? '');
    served = changedDocument(isList ? LIST : (V1[0] ?? {}), asked);
    sendChanged(response, Buffer.from(JSON.stringify(served)), asked);
  });
  const deviations: Deviation[] = [];
  const clock = createSleepingClock();
  const api = createTraceApi({
    projectId: 'some-project',
    clock,
    rootUrl: `http://${host}/`,
    onRetry: () => {},
    onDeviation: (deviation) => deviations.push(deviation),
    spend: async () => {},
  });
  const intact = await api.list(WINDOW, SIGNAL);
  await fuzz({
    name: 'answers of Cloud Trace',
    quick: 300,
    full: 8_000,
    input: fc.tuple(change, fc.boolean()),
    judge: async ([one, isList]): Promise<Verdict> => {
      asked = one;
      deviations.length = 0;
      let found: Awaited<ReturnType<typeof api.list>>['traces'];
      try {
        if (isList) found = (await api.list(WINDOW, SIGNAL)).traces;
        else {
          const trace = await api.get('1'.repeat(32), SIGNAL);
          // 404: there is none by that id.
          if (trace === undefined) return 'refused';
          found = [trace];
        }
      } catch (error) {
        assert.ok(error instanceof Error, String(error));
        assert.match(error.message, /Cloud Trace (of|for) some-project|page token/);
        return 'refused';
      }
      const expected = isList ? intact.traces : intact.traces.slice(0, 1);
      assertReadable(found);
      const wasChanged = JSON.stringify(served) !== JSON.stringify(isList ? LIST : V1[0]);
      // Bytes may have become another digit or letter, which nothing can tell from the right one.
      const isHidden = one.kind === 'bytes' || one.kind === 'encoding';
      // A list without members is one of no traces.
      const isNone = one.kind === 'text' && /^\ufeff?\{\}$/.test(textInstead(one));
      if (isNone) assert.deepEqual(found, []);
      else if (!wasChanged && !isHidden && deviations.length === 0)
        assert.equal(digestOf(found), digestOf(expected), one.kind);
      return 'accepted';
    },
  });
});
