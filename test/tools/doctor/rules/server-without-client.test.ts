import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { serverWithoutClient } from '../../../../tools/doctor/rules/server-without-client.ts';
import {
  change,
  foreign,
  moveTo,
  moveToNobody,
  remove,
  unset,
  WITHOUT_WORKS,
  withoutParent,
} from '../changes.ts';
import { healthyTraces, INVOCATION } from '../healthy-traces.ts';
import { seenBy } from '../seen-by.ts';

test('a server whose parent is missing may have had a client', () => {
  const traces = change({ get: (span) => unset(ATTR.frontEndSpanId)(moveToNobody(span)) });
  assert.deepEqual(seenBy(serverWithoutClient, traces), []);
});

test("loadgen's own server span may begin a trace: an invocation by hand", () => {
  const byHand = healthyTraces().map((trace) => {
    if (trace.traceId !== INVOCATION) return trace;
    const spans = trace.spans.map((span) => unset(ATTR.parentExternal)(withoutParent(span)));
    return { ...trace, spans };
  });
  assert.deepEqual(seenBy(serverWithoutClient, byHand), []);
});

test('any other server span without a parent lacks its client', () => {
  const traces = change({
    root: remove,
    http: remove,
    frontOfClient: remove,
    get: (span) => unset(ATTR.frontEndSpanId)(withoutParent(span)),
  });
  assert.match(seenBy(serverWithoutClient, traces)[0] ?? '', /client:GET .* has no parent$/);
});

test('a program in another language may call with spans of another kind', () => {
  const traces = change({
    ...WITHOUT_WORKS,
    frontOfServer: remove,
    search: (span) => ({ ...foreign('inner')(moveTo('serve')(span)), kind: 'server' }),
    serve: (span) => foreign('server.readFiles')(moveTo('rpc')(span)),
  });
  assert.deepEqual(seenBy(serverWithoutClient, traces), []);
});
