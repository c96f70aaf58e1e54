import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ATTR } from '../../../../../lib/telemetry/names.ts';
import { createStopLedger } from '../../../../../tools/local/platforms/cloud-run/stops.ts';
import type { Span } from '../../../../../tools/traces/model.ts';

const span = (startMs: number, endMs: number, attributes: Record<string, string> = {}): Span => ({
  traceId: 't',
  spanId: 's',
  name: 'n',
  kind: 'server',
  startMs,
  endMs,
  attributes: { 'faas.instance': 'a', ...attributes },
});

describe('createStopLedger', () => {
  const ledger = createStopLedger();
  ledger.frozen('a', 100);
  ledger.thawed('a', 200);
  ledger.frozen('b', 0);

  const marked = (one: Span) => ledger.mark(one).attributes[ATTR.endedAfterStop] === 'true';

  //                                      stop of a: 100 ■■■■ 200
  const table: [string, Span, boolean][] = [
    ['over before the stop', span(10, 90), false],
    ['over at the very stop', span(10, 100), false],
    ['open over the whole stop', span(10, 210), true],
    ['stretched into the stop', span(10, 150), true],
    ['begun after the stop', span(200, 300), false],
    ['of another instance', span(10, 210, { 'faas.instance': 'c' }), false],
    ['of no instance', { ...span(10, 210), attributes: {} }, false],
  ];
  for (const [name, one, expected] of table) {
    it(`${expected ? 'marks' : 'leaves'} a span ${name}`, () =>
      assert.equal(marked(one), expected));
  }

  it('knows the instance by the label that the Cloud Trace exporter writes, too', () => {
    const exported = { ...span(10, 210), attributes: { 'g.co/r/generic_task/task_id': 'a' } };
    assert.ok(marked(exported));
  });

  it('does not change the span it was given', () => {
    const one = Object.freeze(span(10, 210));
    Object.freeze(one.attributes);
    assert.equal(ledger.mark(one).attributes['faas.instance'], 'a');
  });

  it('lists the stops, with an open end while one lasts', () => {
    assert.deepEqual(ledger.stops(), [
      { instanceId: 'a', fromMs: 100, untilMs: 200 },
      { instanceId: 'b', fromMs: 0, untilMs: Number.POSITIVE_INFINITY },
    ]);
  });
});
