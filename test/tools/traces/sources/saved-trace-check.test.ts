import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../lib/random.ts';
import { traceSchema } from '../../../../tools/traces/sources/saved-schema.ts';
import { isPlainTrace } from '../../../../tools/traces/sources/saved-trace-check.ts';
import { STRUCTURE } from '../mutations.ts';
import { requestTrace } from '../request-trace.ts';

const asFile = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a trace as it is saved is plain, so that no schema has to look at it', () => {
  const { spans, ...rest } = requestTrace();
  const attributes = { key: 'value' };
  const full = spans.map((span) => ({
    ...span,
    events: [{ name: 'event', timeMs: 5, attributes }],
    links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }],
    status: { error: true, message: 'it failed' },
  }));
  assert.ok(isPlainTrace(asFile({ ...rest, spans })));
  assert.ok(isPlainTrace(asFile({ ...rest, spans: full })));
});

test('whatever happened to a trace, it is plain only if the schema reads the same', () => {
  const random = createRandom(3);
  const verdicts = { plain: 0, other: 0 };
  for (let round = 0; round < 1_500; round += 1) {
    const documents = [asFile(requestTrace())];
    STRUCTURE[round % STRUCTURE.length]?.change?.(documents, random);
    const [value] = documents;
    const isPlain = isPlainTrace(asFile(value));
    verdicts[isPlain ? 'plain' : 'other'] += 1;
    if (!isPlain) continue;
    const parsed = traceSchema.safeParse(value);
    assert.ok(parsed.success, JSON.stringify(value));
    assert.equal(JSON.stringify(parsed.data), JSON.stringify(value));
  }
  assert.ok(verdicts.plain > 50 && verdicts.other > 500, JSON.stringify(verdicts));
});
