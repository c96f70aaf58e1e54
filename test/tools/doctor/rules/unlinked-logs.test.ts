import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../../../tools/doctor/diagnose.ts';
import { parseLogLine } from '../../../../tools/doctor/logs.ts';
import { unlinkedLogs } from '../../../../tools/doctor/rules/unlinked-logs.ts';
import { CLOUD_RUN, healthyTraces, idOf, PROJECT } from '../healthy-traces.ts';
import { lookBy } from '../seen-by.ts';

const linked = {
  'logging.googleapis.com/trace': `projects/${PROJECT}/traces/${CLOUD_RUN}`,
  'logging.googleapis.com/spanId': idOf('get'),
  'logging.googleapis.com/trace_sampled': true,
};

/** name, the log line, what the finding says; null: no finding. */
const CASES: readonly (readonly [string, object | string, RegExp | null])[] = [
  ['a linked line', { ...linked, grpcCode: 0 }, null],
  ['a line outside any request', { message: 'listening', port: 8080 }, null],
  ['a health check', { httpRequest: { requestUrl: '/_healthz' } }, null],
  [
    'a health check by its whole address',
    { httpRequest: { requestUrl: 'http://h/ready?x=1' } },
    null,
  ],
  ['a request without a trace', { httpRequest: { requestUrl: '/' } }, /has httpRequest but no/],
  ['a failed request without a trace', { sequence: 3, query: 'love' }, /has sequence but no/],
  ['plain text', 'Error: boom', /not a JSON object/],
  ['a JSON array', '[1]', /not a JSON object/],
  ['a bare trace id', { 'logging.googleapis.com/trace': CLOUD_RUN }, /not projects\/PROJECT/],
  [
    'another project',
    { ...linked, 'logging.googleapis.com/trace': `projects/other/traces/${CLOUD_RUN}` },
    /names project other/,
  ],
  [
    'a span that its trace lacks',
    { ...linked, 'logging.googleapis.com/spanId': 'f'.repeat(16) },
    /span f{16} is not in the trace/,
  ],
  [
    'a program’s line with a trace and no span',
    {
      ...linked,
      'logging.googleapis.com/spanId': undefined,
      message: 'GetMatchCount',
      grpcCode: 0,
    },
    /has a trace but no logging\.googleapis\.com\/spanId/,
  ],
  [
    'a platform’s line with a trace and no span',
    { ...linked, 'logging.googleapis.com/spanId': undefined, httpRequest: { requestUrl: '/' } },
    null,
  ],
  [
    'a line with a trace, outside a request',
    { ...linked, 'logging.googleapis.com/spanId': undefined, message: 'retried' },
    null,
  ],
  [
    'a span that was not sampled',
    {
      ...linked,
      'logging.googleapis.com/spanId': 'f'.repeat(16),
      'logging.googleapis.com/trace_sampled': false,
    },
    null,
  ],
  [
    'a trace that was not read',
    { ...linked, 'logging.googleapis.com/trace': `projects/${PROJECT}/traces/${'4'.repeat(32)}` },
    null,
  ],
  [
    'an exported entry that is linked',
    {
      trace: `projects/${PROJECT}/traces/${CLOUD_RUN}`,
      spanId: idOf('get'),
      traceSampled: true,
      jsonPayload: { message: 'GET / 200', grpcCode: 0 },
    },
    null,
  ],
  ['an exported entry that is not', { jsonPayload: { grpcCode: 0 } }, /has grpcCode but no/],
  ['an exported text entry', { textPayload: 'boom' }, /not a JSON object/],
];

test('where the traces name no project, no line names the wrong one, and it says so', () => {
  const traces = healthyTraces().map((trace) => ({ ...trace, projectId: '' }));
  const other = { ...linked, 'logging.googleapis.com/trace': `projects/other/traces/${CLOUD_RUN}` };
  const notRead = {
    ...linked,
    'logging.googleapis.com/trace': `projects/other/traces/${'4'.repeat(32)}`,
  };
  const logs = [other, notRead].map((line, at) => parseLogLine(JSON.stringify(line), `log:${at}`));
  assert.deepEqual(lookBy(unlinkedLogs, traces, { logs }).details, []);
  const { notChecked } = diagnose(traces, { logs });
  assert.match(
    notChecked[0]?.why ?? '',
    /^3 of 3 traces name no project .* was not checked; the trace/,
  );
  assert.ok(diagnose(traces, { logs }).rules.includes('unlinked-logs'));
  assert.deepEqual(diagnose(healthyTraces(), { logs }).notChecked, []);
});

for (const [name, line, expected] of CASES) {
  test(`${name} is ${expected === null ? 'no finding' : 'a finding'}`, () => {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    const logs = [parseLogLine(text, 'server.log:1')];
    const { details } = lookBy(unlinkedLogs, healthyTraces(), { logs });
    if (expected === null) assert.deepEqual(details, []);
    else {
      assert.equal(details.length, 1);
      assert.match(details[0] ?? '', expected);
      assert.match(details[0] ?? '', /^server\.log:1 /);
    }
  });
}
