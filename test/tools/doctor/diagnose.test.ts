import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { diagnose } from '../../../tools/doctor/diagnose.ts';
import { type LogLine, readLogs } from '../../../tools/doctor/logs.ts';
import { RULES } from '../../../tools/doctor/rules.ts';
import { NO_EXAMPLE } from '../../../tools/traces/deviation.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { openFiles } from '../../../tools/traces/sources/files.ts';
import { contentOf, DEFECTS } from './defects.ts';
import { CLOUD_RUN, healthyTraces, idOf } from './healthy-traces.ts';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/doctor/${name}`, import.meta.url));

type Fixture = { traces: Trace[]; cutShort: string | null; logs?: readonly LogLine[] };

const WRITE = 'npm run fixtures writes it from test/tools/doctor/defects.ts';

async function readFixture(file: string): Promise<Fixture> {
  assert.ok(existsSync(fixture(`${file}.ndjson`)), `${file}.ndjson is missing: ${WRITE}`);
  const source = await openFiles([fixture(`${file}.ndjson`)]);
  const traces: Trace[] = [];
  for await (const trace of source.read(AbortSignal.timeout(60_000))) traces.push(trace);
  const log = fixture(`${file}.log.jsonl`);
  const read = { traces, cutShort: source.truncated() };
  if (!existsSync(log)) return read;
  return { ...read, logs: (await readLogs(log, AbortSignal.timeout(60_000))).lines };
}

for (const { file, rule } of DEFECTS) {
  const title = rule === null ? 'nothing' : `${rule} and no other rule`;
  test(`finds ${title} in ${file}`, async () => {
    const { traces, ...rest } = await readFixture(file);
    const { findings } = diagnose(traces, rest);
    assert.deepEqual(
      findings.map(({ id }) => id),
      rule === null ? [] : [rule],
    );
    for (const finding of findings) {
      assert.ok(finding.cause.length > 20 && finding.fix.length > 20);
      assert.equal(finding.sightings.length, Math.min(finding.count, traces.length && 100));
    }
  });
}

test('every rule has a fixture', () => {
  const covered = new Set(DEFECTS.map(({ rule }) => rule));
  assert.deepEqual(
    RULES.filter(({ id }) => !covered.has(id)).map(({ id }) => id),
    [],
    'give each of these rules a row in test/tools/doctor/defects.ts, then: npm run fixtures',
  );
});

test('the fixtures are those of the table', async () => {
  for (const defect of DEFECTS) {
    const name = `${defect.file}.ndjson`;
    const content = existsSync(fixture(name)) ? await readFile(fixture(name), 'utf8') : 'nothing';
    assert.equal(content, contentOf(defect), `${name} holds something else: ${WRITE}`);
  }
});

test('below a call that failed no edge is missing', () => {
  const reached = new Set([idOf('root'), idOf('http')]);
  const traces = healthyTraces().map((trace) => {
    if (trace.traceId !== CLOUD_RUN) return trace;
    const spans = trace.spans.filter(({ spanId }) => reached.has(spanId));
    const failed = { [ATTR.errorType]: 'connect' };
    return {
      ...trace,
      spans: spans.map((span) => ({ ...span, attributes: { ...span.attributes, ...failed } })),
    };
  });
  assert.deepEqual(
    diagnose(traces).findings.map(({ id }) => id),
    ['failed-requests'],
  );
});

test('a call from outside the system is no server span without a client', () => {
  const traces = healthyTraces().map((trace) =>
    trace.traceId === CLOUD_RUN
      ? {
          ...trace,
          spans: trace.spans
            .filter(({ attributes }) => attributes['service.name'] !== 'loadgen')
            .map((span) =>
              span.kind === 'server' && span.attributes['service.name'] === 'client'
                ? {
                    ...span,
                    attributes: { ...span.attributes, 'shakesapp.parent.external': 'true' },
                  }
                : span,
            ),
        }
      : trace,
  );
  assert.deepEqual(diagnose(traces).findings, []);
});

test('a server that ends a little after its client, as on a busy machine, is no negative gap', () => {
  const traces = healthyTraces().map((trace) => ({
    ...trace,
    spans: trace.spans.map((span) =>
      span.spanId === idOf('serve') ? { ...span, endMs: span.endMs + 40 } : span,
    ),
  }));
  assert.deepEqual(diagnose(traces).findings, []);
});

test('counts every sighting but lists the first hundred', () => {
  const many = Array.from({ length: 150 }, (_, index): Trace => {
    const traceId = index.toString(16).padStart(32, '0');
    const trace = healthyTraces().find((one) => one.traceId === CLOUD_RUN);
    const spans = (trace?.spans ?? [])
      .filter(({ name }) => name !== 'works.search')
      .map((span) => ({ ...span, traceId }));
    return { traceId, projectId: 'p', spans };
  });
  const [finding] = diagnose(many).findings;
  assert.equal(finding?.id, 'expected-edges');
  assert.equal(finding?.count, 150);
  assert.equal(finding?.sightings.length, 100);
});

test('the advice on no traces is about the files where they are what was read', () => {
  const [load] = diagnose([]).findings;
  assert.match(load?.fix ?? '', /npx shakesapp load run/);
  const [files] = diagnose([], { ofFiles: true }).findings;
  assert.equal(files?.id, 'no-traces');
  assert.doesNotMatch(files?.fix ?? '', /load/);
  const example = { ...NO_EXAMPLE, value: 'resourceMetrics' };
  const deviations = [{ kind: 'other-signal', count: 1, example } as const];
  const [other] = diagnose([], { ofFiles: true, deviations }).findings;
  assert.match(
    other?.finding ?? '',
    /no trace to look at: what was read holds only metrics, logs or profiles/,
  );
  assert.match(other?.fix ?? '', /Export the traces too/);
});

test('does not look for unlinked logs where there is no log, and says so', () => {
  const withoutLogs = diagnose(healthyTraces());
  assert.deepEqual(withoutLogs.notChecked, [
    { rule: 'unlinked-logs', why: 'no log file was given (--logs FILE)' },
  ]);
  assert.equal(withoutLogs.logLines, null);
  assert.ok(!withoutLogs.rules.includes('unlinked-logs'));
  assert.ok(diagnose(healthyTraces(), { logs: [] }).rules.includes('unlinked-logs'));
});
