import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import { hopSamples } from '../../../tools/compare/cohorts/hop-samples.ts';
import { recordRequest } from '../../../tools/compare/cohorts/request-record.ts';
import { storedSkewOf } from '../../../tools/traces/clocks.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { type NormalisedTrace, normalise } from '../../../tools/traces/normalise.ts';
import { fitShiftMs, skewShiftMs } from '../../../tools/traces/skew.ts';
import { requestTrace, spanIdOf, without, withSpanChanged } from './request-trace.ts';

/** [start, end] of the client, the server and the last end of the server's work, in milliseconds. */
const SHIFTS: readonly (readonly [
  title: string,
  client: readonly [number, number],
  server: readonly [number, number],
  workEndMs: number | null,
  mayOutlive: boolean,
  shiftMs: number,
])[] = [
  ['a server inside its client stays', [0, 10], [2, 8], 7, false, 0],
  ['a server that touches both ends of its client stays', [0, 10], [0, 10], 10, false, 0],
  ['a server that starts early is centred', [0, 10], [-3, 3], 2, false, 5],
  ['a server whose work ends 2 ms late stays', [0, 10], [7, 13], 12, false, 0],
  ['a server whose work ends 2.5 ms late is centred', [0, 10], [7, 13], 12.5, false, -5],
  ['a server that ends 50 ms late with its work in time stays', [0, 100], [70, 150], 90, false, 0],
  [
    'a server without spans of its work that ends 50 ms late stays',
    [0, 90],
    [80, 140],
    null,
    false,
    0,
  ],
  [
    'a server without spans of its work that ends 60 ms late is centred',
    [0, 90],
    [90, 150],
    null,
    false,
    -75,
  ],
  [
    'work that ends late is no sign of a clock where the client gave up',
    [0, 10],
    [7, 13],
    12.5,
    true,
    0,
  ],
  ['a start before the client is one anyway', [0, 10], [-3, 3], 2, true, 5],
  [
    'a server kept waiting for longer than its client is centred by its work',
    [0, 10],
    [7, 19],
    13,
    false,
    -5,
  ],
  ['a server whose work is longer than its client begins with it', [0, 10], [-3, 12], 12, false, 3],
  [
    'a server that is longer than its client and begins in it stays',
    [0, 10],
    [3, 99],
    98,
    false,
    0,
  ],
  [
    'in a client of zero length a server of zero length stays where it fits',
    [5, 5],
    [5, 5],
    null,
    false,
    0,
  ],
];

for (const [title, client, server, workEndMs, mayOutlive, shiftMs] of SHIFTS) {
  test(title, () => {
    const [startMs, endMs] = client;
    const served = { startMs: server[0], endMs: server[1], workEndMs };
    assert.equal(skewShiftMs({ startMs, endMs }, served, mayOutlive), shiftMs);
  });
}

const FITS: readonly (readonly [
  title: string,
  client: readonly [number, number],
  own: readonly [number, number],
  /** With the end of its work, where that is known. */
  inner: readonly [number, number, number?] | null,
  shiftMs: number,
])[] = [
  ['a front end between client and server stays', [0, 20], [2, 16], [5, 15], 0],
  ['one that begins before its client is put around its server', [0, 20], [-10, 4], [5, 15], 13],
  ['one that ends before its server is put around it', [0, 20], [0, 14], [5, 15], 3],
  ['one without a server below is put into its client', [0, 20], [-4, 10], null, 7],
  [
    'one that is shorter than its server begins between client and server',
    [0, 20],
    [6, 10],
    [4, 16],
    -4,
  ],
  [
    'one that is longer than its client begins between client and server',
    [0, 20],
    [-2, 28],
    [4, 16],
    4,
  ],
  ['one whose server is cut off at the client’s end goes that far', [0, 20], [0, 14], [6, 60], 6],
  ['one that ends before its server but after its work stays', [0, 20], [2, 14], [5, 17, 13], 0],
  [
    'one that ends before the work of its server is put around all of it',
    [0, 20],
    [0, 12],
    [5, 16, 13],
    4.5,
  ],
];

for (const [title, client, own, inner, shiftMs] of FITS) {
  test(title, () => {
    const window = ([startMs, endMs]: readonly [number, number, number?]) => ({ startMs, endMs });
    const served = inner && { ...window(inner), workEndMs: inner[2] ?? null };
    assert.equal(fitShiftMs(window(client), window(own), served), shiftMs);
  });
}

/** The trace with the spans of one program, or the front ends' (undefined), moved. */
function moved(trace: Trace, service: string | undefined, byMs: number): Trace {
  const move = (span: Span): Span =>
    span.attributes['service.name'] === service
      ? { ...span, startMs: span.startMs + byMs, endMs: span.endMs + byMs }
      : span;
  return { ...trace, spans: trace.spans.map(move) };
}

function spanOf(trace: Trace, id: number): Span {
  const span = trace.spans.find(({ spanId }) => spanId === spanIdOf(id));
  assert.ok(span);
  return span;
}

/** Self time or gap, and the gap's parts, of every hop; on the grid a shift may cost a 4096th. */
function figures(trace: Trace) {
  const round = (ms: number) => Math.round(ms * 1_000) / 1_000;
  return hopSamples(normalise(trace)).map(({ path, selfMs, split }) => ({
    path,
    selfMs: round(selfMs),
    split: split && { network: round(split.networkMs), platform: round(split.platformMs) },
  }));
}

const shifts = (tree: NormalisedTrace) =>
  new Map(tree.nodes.map(({ span, shiftedMs }) => [span.spanId, shiftedMs]));

for (const frontEnd of ['none', 'stored', 'not-stored'] as const) {
  for (const byMs of [-400, -40, -6, 6, 40, 400]) {
    test(`a server's clock ${byMs} ms off moves no figure, front end's span: ${frontEnd}`, () => {
      const trace = requestTrace({ frontEnd });
      assert.deepEqual(figures(moved(trace, 'server', byMs)), figures(trace));
      assert.equal(recordRequest(normalise(moved(trace, 'server', byMs)))?.skewed, true);
    });
  }
}

/** A request whose answer took half as long as the way there: not centred by itself. */
function lopsided(frontEnd: 'none' | 'stored'): Trace {
  const later = (trace: Trace, service: string | undefined) => moved(trace, service, 0.25);
  return ['client', 'server', undefined].reduce(later, requestTrace({ frontEnd }));
}

for (const byMs of [-400, -6, -1, 1, 6, 400]) {
  test(`a front end's clock ${byMs} ms off moves its own spans and no program's`, () => {
    const trace = lopsided('stored');
    const skewed = moved(trace, undefined, byMs);
    const shiftedBy = shifts(normalise(skewed));
    for (const { spanId, attributes } of trace.spans) {
      const isProgram = attributes['service.name'] !== undefined;
      if (isProgram) assert.equal(shiftedBy.get(spanId), 0, `span ${spanId}`);
      else assert.notEqual(shiftedBy.get(spanId), 0, `span ${spanId}`);
    }
    assert.deepEqual(figures(skewed), figures(trace));
    assert.equal(recordRequest(normalise(skewed))?.skewed, Math.abs(byMs) > 2);
  });
}

test('a server behind a front end is held against its client, not against the front end', () => {
  // The front end's span and the server's are off by the same, so that they agree with each other.
  const trace = requestTrace({ frontEnd: 'stored' });
  const skewed = moved(moved(trace, undefined, -40), 'server', -40);
  assert.deepEqual(figures(skewed), figures(trace));
});

test('of two front ends in a row the inner one is fitted into the outer one', () => {
  // The outer one passed the request on at once, so that its answer took all of its time.
  const centred = requestTrace({ frontEnd: 'stored' });
  const { startMs, endMs } = spanOf(centred, 15);
  const stored = withSpanChanged(centred, 15, {
    startMs: startMs + 0.1875,
    endMs: endMs + 0.1875,
  });
  const outer = spanOf(stored, 15);
  const inner = {
    ...outer,
    spanId: spanIdOf(25),
    parentSpanId: spanIdOf(15),
    startMs: outer.startMs - 40,
    endMs: outer.endMs - 40,
  };
  const behindBoth = withSpanChanged({ ...stored, spans: [...stored.spans, inner] }, 6, {
    attributes: { 'service.name': 'server', [ATTR.frontEndSpanId]: spanIdOf(25) },
  });
  const tree = normalise(behindBoth);
  const at = (id: number) => tree.nodes.find(({ span }) => span.spanId === spanIdOf(id));
  for (const [outside, inside] of [
    [5, 15],
    [15, 25],
    [25, 6],
  ] as const) {
    const [around, within] = [at(outside), at(inside)];
    assert.ok(around && within && within.parent === around);
    assert.ok(around.startMs <= within.startMs && within.endMs <= around.endMs);
  }
});

test('a server that was kept waiting is cut off, not moved, and no sign of a clock', () => {
  const trace = requestTrace();
  const end = spanOf(trace, 6).endMs;
  const waiting = withSpanChanged(trace, 6, { endMs: end + 60 });
  assert.deepEqual([...shifts(normalise(waiting)).values()].filter(Boolean), []);
  assert.equal(recordRequest(normalise(waiting))?.skewed, false);
});

test('the end of a server without spans of its work is seen from 2 ms late on', () => {
  const trace = without(requestTrace(), 7, 8, 9, 10);
  const end = spanOf(trace, 5).endMs;
  for (const [lateMs, skewed] of [
    [1.75, false],
    [2.5, true],
  ] as const) {
    const late = withSpanChanged(trace, 6, { endMs: end + lateMs });
    assert.equal(recordRequest(normalise(late))?.skewed, skewed);
    assert.equal(shifts(normalise(late)).get(spanIdOf(6)), 0);
  }
});

test('what a server does in the background after it answered is no sign of a clock', () => {
  const trace = lopsided('none');
  const background = withSpanChanged(trace, 3, { endMs: spanOf(trace, 4).endMs });
  const late = withSpanChanged(background, 4, { endMs: spanOf(trace, 4).endMs + 300 });
  assert.deepEqual([...shifts(normalise(late)).values()].filter(Boolean), []);
});

test('the clock of the program behind a server is no sign of the server’s own', () => {
  // client was kept waiting, so that the spans of server, 15 ms ahead, still end before its own.
  const trace = requestTrace({ parts: { httpGap: 20 } });
  const apart = moved(moved(trace, 'client', 0.25), 'server', 0.25);
  const waiting = withSpanChanged(apart, 3, { endMs: spanOf(apart, 3).endMs + 30 });
  const shiftedBy = shifts(normalise(moved(waiting, 'server', 15)));
  assert.equal(shiftedBy.get(spanIdOf(3)), 0);
  assert.notEqual(shiftedBy.get(spanIdOf(6)), 0);
});

test('spans of one program have one clock, however they lie', () => {
  const trace = lopsided('none');
  const early = spanOf(trace, 4).startMs - 5;
  const odd = withSpanChanged(trace, 4, { startMs: early });
  assert.equal(shifts(normalise(odd)).get(spanIdOf(4)), 0);
});

for (const [what, id, attributes] of [
  ['whose client gave up', 5, { 'service.name': 'client', [ATTR.errorType]: 'DEADLINE_EXCEEDED' }],
  ['whose process was stopped', 6, { 'service.name': 'server', [ATTR.endedAfterStop]: 'true' }],
] as const) {
  test(`a server ${what} may end late and no clock is blamed`, () => {
    const late = withSpanChanged(requestTrace(), id, { attributes });
    const bare = without(late, 7, 8, 9, 10);
    const end = spanOf(bare, 6).endMs;
    assert.equal(
      recordRequest(normalise(withSpanChanged(bare, 6, { endMs: end + 30 })))?.skewed,
      false,
    );
  });
}

/** The request with server's clock this far off, and attributes added to two of its spans. */
function withClockOff(
  byMs: number,
  added: Readonly<Record<number, Record<string, string>>>,
): Trace {
  let trace = requestTrace();
  for (const id of [6, 7, 8, 9, 10]) {
    const span = trace.spans.find(({ spanId }) => spanId === spanIdOf(id));
    assert.ok(span);
    trace = withSpanChanged(trace, id, {
      startMs: span.startMs + byMs,
      endMs: span.endMs + byMs,
    });
  }
  for (const [id, more] of Object.entries(added)) {
    const span = trace.spans.find(({ spanId }) => spanId === spanIdOf(Number(id)));
    assert.ok(span);
    trace = withSpanChanged(trace, Number(id), { attributes: { ...span.attributes, ...more } });
  }
  return trace;
}

const shiftOf = (trace: Trace, id: number) =>
  normalise(trace).nodes.find(({ span }) => span.spanId === spanIdOf(id))?.shiftedMs;

const INSTANCE = 'g.co/r/gce_instance/instance_id';
const HOSTS: readonly (readonly [
  string,
  Record<string, string>,
  Record<string, string>,
  boolean,
])[] = [
  ['the same host.id', { 'host.id': '1' }, { 'host.id': '1' }, true],
  ['the same node of a cluster', { 'k8s.node.name': 'n' }, { 'k8s.node.name': 'n' }, true],
  ['the same pod', { 'k8s.pod.uid': 'p' }, { 'k8s.pod.uid': 'p' }, true],
  ['the same instance by its label in Cloud Trace', { [INSTANCE]: '7' }, { [INSTANCE]: '7' }, true],
  ['the same host.name', { 'host.name': 'h' }, { 'host.name': 'h' }, true],
  [
    'other hosts of one name',
    { 'host.id': '1', 'host.name': 'h' },
    { 'host.id': '2', 'host.name': 'h' },
    false,
  ],
  ['hosts that only one names', { 'host.id': '1' }, {}, false],
];
for (const [what, one, other, shared] of HOSTS) {
  test(`processes on ${what} ${shared ? 'have one clock' : 'may differ'}`, () => {
    for (const byMs of [-40, 40]) {
      const trace = withClockOff(byMs, { 5: one, 6: other });
      assert.equal(shiftOf(trace, 6), shared ? 0 : -byMs);
      const node = normalise(trace).nodes.find(({ span }) => span.spanId === spanIdOf(6));
      assert.equal(node !== undefined && storedSkewOf(node) === null, shared);
    }
  });
}

test('work that goes on after a caller further up gave up is no sign of a clock', () => {
  const gaveUp = { [ATTR.errorType]: 'TimeoutError' };
  const trace = withClockOff(40, { 2: gaveUp });
  assert.equal(shiftOf(trace, 6), 0);
  const node = normalise(trace).nodes.find(({ span }) => span.spanId === spanIdOf(6));
  assert.ok(node);
  assert.equal(storedSkewOf(node), null);
  // A wrong count is an error that nobody gave up for.
  assert.equal(shiftOf(withClockOff(40, { 1: { [ATTR.errorType]: UNEXPECTED_RESULT } }), 6), -40);
});
