import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseV2Span, type V2Span } from '../../../../../tools/local/cloud/trace/v2-span.ts';

const TRACE = 'ABCDEF0123456789abcdef0123456789';
const SPAN = '00000000000000aa';

const span: V2Span = {
  name: `projects/p/traces/${TRACE}/spans/${SPAN}`,
  spanId: SPAN,
  displayName: { value: 'loadgen' },
  startTime: { seconds: '1772452800', nanos: 250 },
  endTime: { seconds: '1772452801' },
};
const parse = (own: Partial<V2Span>) => parseV2Span({ ...span, ...own }, 'spans[3]', 'p');
const attributes = (count: number, key = 'key', value = 'v') => ({
  attributeMap: Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${key}${i}`, { stringValue: { value } }]),
  ),
});
const event = (description: string) => ({
  time: span.startTime ?? {},
  annotation: { description: { value: description } },
});

suite('a span of Cloud Trace v2', () => {
  test('becomes a span of the tools: ids in lower case, times in milliseconds', () => {
    assert.deepEqual(parse({ spanKind: 'SERVER', parentSpanId: '00000000000000BB' }), {
      traceId: TRACE.toLowerCase(),
      spanId: SPAN,
      parentSpanId: '00000000000000bb',
      name: 'loadgen',
      kind: 'server',
      startMs: 1772452800000 + 0.00025,
      endMs: 1772452801000,
      attributes: {},
      events: [],
      links: [],
      status: { error: false },
    });
  });

  test('is taken at each limit and refused past it, with the name of the field', () => {
    const cases: [string, Partial<V2Span>, Partial<V2Span>, RegExp][] = [
      [
        'display name',
        { displayName: { value: 'é'.repeat(512) } },
        { displayName: { value: 'é'.repeat(513) } },
        /'spans\[3\]\.display_name': 1026 bytes; at most 1024/,
      ],
      [
        'attributes',
        { attributes: attributes(1024) },
        { attributes: attributes(1025) },
        /'spans\[3\]\.attributes': 1025 entries; at most 1024/,
      ],
      [
        'attribute key',
        { attributes: attributes(1, 'k'.repeat(511)) },
        { attributes: attributes(1, 'k'.repeat(512)) },
        /'spans\[3\]\.attributes key': 513 bytes; at most 512/,
      ],
      [
        'attribute value',
        { attributes: attributes(1, 'k', 'v'.repeat(65_532)) },
        { attributes: attributes(1, 'k', 'v'.repeat(65_533)) },
        /'spans\[3\]\.attributes\["k0"\]': 65533 bytes; at most 65532/,
      ],
      [
        'events',
        { timeEvents: { timeEvent: Array(256).fill(event('e')) } },
        { timeEvents: { timeEvent: Array(257).fill(event('e')) } },
        /'spans\[3\]\.time_events': 257 entries; at most 256/,
      ],
      [
        'event name',
        { timeEvents: { timeEvent: [event('e'.repeat(1024))] } },
        { timeEvents: { timeEvent: [event('e'.repeat(1025))] } },
        /time_event\[0\]\.annotation\.description': 1025 bytes; at most 1024/,
      ],
      [
        'links',
        { links: { link: Array(128).fill({}) } },
        { links: { link: Array(129).fill({}) } },
        /'spans\[3\]\.links': 129 entries; at most 128/,
      ],
    ];
    for (const [what, atLimit, past, message] of cases) {
      assert.doesNotThrow(() => parse(atLimit), what);
      assert.throws(() => parse(past), { code: 'INVALID_ARGUMENT', message }, what);
    }
  });

  test('is refused where an id, the name or a time is wrong', () => {
    const zero = '0'.repeat(16);
    const cases: [Partial<V2Span>, RegExp][] = [
      [{ name: 'projects/p/traces/1/spans/2' }, /\.name': .* is not projects\/\[PROJECT_ID\]/],
      [{ name: `projects/q/traces/${TRACE}/spans/${SPAN}` }, /project q is not the request's, p/],
      [{ name: `projects/p/traces/${'0'.repeat(32)}/spans/${SPAN}` }, /the trace id is zero/],
      [{ spanId: zero }, /'spans\[3\]\.span_id'/],
      [{ spanId: '00000000000000ab' }, /is not the one in the name/],
      [{ parentSpanId: zero }, /'spans\[3\]\.parent_span_id'/],
      [{ displayName: {} }, /'spans\[3\]\.display_name': it is required/],
      [{ endTime: { seconds: '1772452800', nanos: 0 } }, /end_time': it is before start_time/],
    ];
    for (const [own, message] of cases) {
      assert.throws(() => parse(own), { code: 'INVALID_ARGUMENT', message });
    }
    const { startTime: _, ...timeless } = span;
    assert.throws(() => parseV2Span(timeless, 'spans[0]', 'p'), /start_time': it is required/);
  });
});
