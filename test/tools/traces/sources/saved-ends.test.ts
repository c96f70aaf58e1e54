import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEnd, parseHead } from '../../../../tools/traces/sources/saved-ends.ts';
import { endOf, headOf } from '../../../../tools/traces/sources/saved-schema.ts';
import { FORMAT } from '../../../../tools/traces/sources/trace-lines.ts';

const SOURCE = { kind: 'file', name: 'a.json', local: false, since: null, until: null } as const;
const HEAD = { format: FORMAT, version: 1, source: SOURCE, readAt: '2026-03-02T10:00:00.000Z' };
const END = { end: FORMAT, traces: 2, truncated: null };

/** By name: what becomes of a head that is right. */
const HEADS: Readonly<Record<string, unknown>> = {
  'as it is written': HEAD,
  'no time of reading': { ...HEAD, readAt: null },
  'without the time of reading': { ...HEAD, readAt: undefined },
  'a time without milliseconds': { ...HEAD, readAt: '2026-03-02T10:00:00Z' },
  'a day that is none': { ...HEAD, readAt: '2026-02-31T10:00:00.000Z' },
  'a time that is a number': { ...HEAD, readAt: 5 },
  'the kind of an earlier version': { ...HEAD, source: { ...SOURCE, kind: 'otlp-file' } },
  'a kind that is none': { ...HEAD, source: { ...SOURCE, kind: 'paper' } },
  'a member more in the source': { ...HEAD, source: { ...SOURCE, more: 1 } },
  'no name': { ...HEAD, source: { ...SOURCE, name: undefined } },
  'a bound that is a number': { ...HEAD, source: { ...SOURCE, since: 1 } },
  'local as text': { ...HEAD, source: { ...SOURCE, local: 'yes' } },
  'a format that is a number': { ...HEAD, source: { ...SOURCE, format: 1 } },
  'the level of its run': { ...HEAD, source: { ...SOURCE, instrument: 'http' } },
  'a level that is a number': { ...HEAD, source: { ...SOURCE, instrument: 1 } },
  'a later version': { ...HEAD, version: 2 },
  'another format': { ...HEAD, format: 'other' },
  'a list': [],
};

const ENDS: Readonly<Record<string, unknown>> = {
  'as it is written': END,
  'cut short': { ...END, truncated: 'stopped' },
  'with deviations': { ...END, deviations: [] },
  'with deviations that are none': { ...END, deviations: [{ kind: 'none' }] },
  'a number below zero': { ...END, traces: -1 },
  'a fraction': { ...END, traces: 1.5 },
  'no word on what was left out': { ...END, truncated: undefined },
  'a trace': { traceId: '', spans: [] },
  'no object': null,
};

describe('the head of a file of saved traces', () => {
  for (const [name, value] of Object.entries(HEADS)) {
    it(`is read as its schema has it: ${name}`, async () => {
      const line = JSON.stringify(value);
      const allowed = headOf(JSON.parse(line));
      const read = await parseHead(line, 'a.json').catch(() => null);
      assert.deepEqual(read?.source ?? null, allowed?.source ?? null);
      const readAtMs = allowed?.readAt == null ? null : Date.parse(allowed.readAt);
      assert.equal(read?.readAtMs ?? null, readAtMs);
    });
  }
});

describe('the end of a file of saved traces', () => {
  for (const [name, value] of Object.entries(ENDS)) {
    it(`is read as its schema has it: ${name}`, async () => {
      const read = JSON.parse(JSON.stringify(value));
      assert.deepEqual(await parseEnd(read), endOf(read));
    });
  }
});
