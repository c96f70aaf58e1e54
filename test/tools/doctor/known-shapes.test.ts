import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createRandom } from '../../../lib/random.ts';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { createDiagnosis, diagnose, type Verdict } from '../../../tools/doctor/diagnose.ts';
import { createKnownShapes } from '../../../tools/doctor/known-shapes.ts';
import { LABELS_READ } from '../../../tools/doctor/shape-labels.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { trafficOf } from '../traces/other-systems.ts';
import { unset } from './changes.ts';
import { DEFECTS } from './defects.ts';
import { CHANGES, changedBy, changedCopy, OF_LABELS } from './differences.ts';
import { CLOUD_RUN, healthyTraces } from './healthy-traces.ts';
import { assertSame, oftenUnchanged, UNCHANGED } from './repeated-traces.ts';

const everyPlace = ({ spans }: Trace) => spans.keys();
const random = createRandom(1);
const anyPlace = ({ spans }: Trace) => [Math.floor(random() * spans.length)];

const HEALTHY = { name: 'this system', traces: healthyTraces() };
const ANOTHER = {
  name: 'another system',
  traces: trafficOf({ version: 'v1', minutes: 1, perMinute: 3 }),
};

for (const { file, traces: all } of DEFECTS) {
  test(`says of traces with a known shape what it says of each by itself: ${file}`, () => {
    const traces = all.filter(
      (trace) => !HEALTHY.traces.some((one) => isDeepStrictEqual(one, trace)),
    );
    const changed = changedBy(Object.values(CHANGES), traces, anyPlace);
    assertSame([...oftenUnchanged(traces), ...changed]);
  });
}

for (const [{ name, traces }, places] of [
  [HEALTHY, everyPlace] as const,
  [ANOTHER, anyPlace] as const,
]) {
  test(`sees each change that tells a trace of ${name} from its shape`, () => {
    const changes = [...Object.values(CHANGES), ...OF_LABELS];
    assertSame([...oftenUnchanged(traces), ...changedBy(changes, traces, places)]);
  });
}

/** Healthy, and no rule has to wait for others. */
const CLEAN = healthyTraces()
  .filter(({ traceId }) => traceId === CLOUD_RUN)
  .map(({ spans, ...trace }) => ({ ...trace, spans: spans.map(unset(ATTR.parentSource)) }));

for (const [name, change] of Object.entries(CHANGES)) {
  test(`takes no trace for another one that came before: ${name}`, () => {
    for (const trace of CLEAN) {
      const [at = 0] = anyPlace(trace);
      const changed = Array.from({ length: UNCHANGED }, (_, number) =>
        changedCopy(trace, number + 1_000, { change, at }),
      );
      assertSame([...changed.slice(0, 1), ...oftenUnchanged(CLEAN), ...changed]);
    }
  });
}

test('builds no tree of a healthy trace whose shape it has seen 100 times', () => {
  const shapes = createKnownShapes<Verdict>();
  let settled = 0;
  const isSettled: typeof shapes.isSettled = (known) => {
    const is = shapes.isSettled(known);
    settled += Number(is);
    return is;
  };
  const diagnosis = createDiagnosis(undefined, undefined, { ...shapes, isSettled });
  for (const trace of oftenUnchanged(HEALTHY.traces)) diagnosis.see(trace);
  assert.equal(settled, (UNCHANGED - 100) * HEALTHY.traces.length);
});

test('knows frequent shapes however many others come, and new ones once old ones come no more', () => {
  const shapes = createKnownShapes<string>();
  const [trace] = CLEAN;
  assert.ok(trace);
  const isKnown = (name: string): boolean => {
    const spans = trace.spans.with(-1, { ...(trace.spans.at(-1) as Span), name });
    const named = { ...trace, spans };
    const known = shapes.find(named);
    if (known === null) shapes.add(named, normalise(named), name);
    else assert.equal(known.verdict, name);
    return known !== null;
  };
  const frequent = (version: string) => Array.from({ length: 8 }, (_, at) => `${version} ${at}`);
  const v1 = frequent('v1');
  assert.equal(v1.some(isKnown), false);
  for (let round = 0; round < 200; round += 1) {
    assert.equal(isKnown(`rare ${round}`), false);
    assert.ok(v1.every(isKnown));
  }
  const v2 = frequent('v2');
  for (let round = 0; round < 100; round += 1) v2.forEach(isKnown);
  assert.ok(v2.every(isKnown));
});

/** Only where a call failed, for its words, or of clocks, which a known shape does not ask. */
const OF_FAILURES = [
  ...['server.address', 'net.peer.name', 'peer.service', 'rpc.service', ATTR.errorMessage],
  ...['k8s.node.uid', 'k8s.node.name', 'k8s.pod.uid', 'g.co/r/k8s_node/node_name', 'host.name'],
];

test('rules and trees read no label that a shape does not compare', () => {
  const read = new Set<string>();
  const watch = (span: Span): Span => ({
    ...span,
    attributes: new Proxy(span.attributes, {
      get(labels, key) {
        read.add(String(key));
        return labels[String(key)];
      },
    }),
  });
  for (const { traces } of [...DEFECTS, ANOTHER]) {
    diagnose(traces.map((trace) => ({ ...trace, spans: trace.spans.map(watch) })));
  }
  const others = [...read].filter((key) => !LABELS_READ.has(key));
  assert.deepEqual(others.sort(), OF_FAILURES.sort());
});
