import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { createDiagnosis } from '../../../tools/doctor/diagnose.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { CLOUD_RUN, healthyTraces } from './healthy-traces.ts';

const [healthy] = healthyTraces().filter(({ traceId }) => traceId === CLOUD_RUN) as [Trace];

/** The same request again, in a run that shed so many before it. */
function again(number: number, run: string, shed: number): Trace {
  const traceId = number.toString(16).padStart(32, '7');
  const idOf = (id: string) => number.toString(16).padStart(6, '0') + id.slice(6);
  const spans = healthy.spans.map(({ parentSpanId, ...span }) => {
    const received = span.attributes[ATTR.frontEndSpanId];
    return {
      ...span,
      ...(parentSpanId !== undefined && { parentSpanId: idOf(parentSpanId) }),
      traceId,
      spanId: idOf(span.spanId),
      attributes: {
        ...span.attributes,
        ...(received !== undefined && { [ATTR.frontEndSpanId]: idOf(received) }),
        ...(parentSpanId === undefined && { [ATTR.runId]: run, [ATTR.shedSoFar]: `${shed}` }),
      },
    };
  });
  return { ...healthy, traceId, spans };
}

test('requests that were shed are counted run by run, however alike their traces are', () => {
  const diagnosis = createDiagnosis(undefined);
  let number = 0;
  for (const run of ['one', 'two', 'three']) {
    for (let request = 0; request < 150; request += 1) diagnosis.see(again(++number, run, 5));
  }
  assert.match(diagnosis.finish().notes.join(), /At least 15 requests were shed/);
});
