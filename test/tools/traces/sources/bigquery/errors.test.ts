import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../../../../tools/traces/sources/bigquery/errors.ts';

const view = { projectId: 'p', dataset: 'd', table: '_AllSpans' };

const LINK = /gcloud observability buckets datasets links create d --bucket _Trace --dataset Spans/;
const CASES = [
  ['a missing dataset', 404, 'notFound', 'Not found: Dataset p:d was not found', LINK],
  [
    'a table that may be missing',
    403,
    'accessDenied',
    'Access Denied: or perhaps it does not exist.',
    LINK,
  ],
  [
    'data that may not be read',
    403,
    'accessDenied',
    'Access Denied: Table p:d',
    /roles\/bigquery\.dataViewer/,
  ],
  [
    'queries that may not be run',
    403,
    'accessDenied',
    'User does not have bigquery.jobs.create permission in project p.',
    /roles\/bigquery\.jobUser/,
  ],
  [
    'an API that is not enabled',
    403,
    'accessNotConfigured',
    'BigQuery API has not been used in project p before or it is disabled.',
    /gcloud services enable bigquery\.googleapis\.com --project p/,
  ],
] as const;

for (const [name, code, reason, message, command] of CASES) {
  test(`the command that fixes it is named: ${name}`, () => {
    const error = Object.assign(new Error(message), { code, errors: [{ reason, message }] });
    const explained = explain(error, { view, emulatorHost: undefined });
    assert.match(explained.message, /^reading p\.d\._AllSpans failed: /);
    assert.match(explained.message, command);
    assert.equal(explained.cause, error);
  });
}

test('a network that does not answer is named', () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  const { message } = explain(error, { view, emulatorHost: undefined });
  assert.match(message, /; check the network, a proxy \(https_proxy\) or a VPN$/);
});

test('an emulator that does not listen is named', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const { message } = explain(error, { view, emulatorHost: 'http://127.0.0.1:1' });
  assert.match(
    message,
    /nothing listens at BIGQUERY_EMULATOR_HOST, which is http:\/\/127\.0\.0\.1:1/,
  );
});
