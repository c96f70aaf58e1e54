import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { unexplainedOrphans } from '../../../../tools/doctor/rules/unexplained-orphans.ts';
import type { Span } from '../../../../tools/traces/model.ts';
import { requestsOf } from '../../../../tools/traces/normalise.ts';
import { change, moveToNobody, unset } from '../changes.ts';

const REPLACED = /^Cloud Run’s front end replaced the parent/;
const UNKNOWN = /^Spans name a parent that is not in the trace/;

/** What is found where the parent of the HTTP server span is missing. */
function findingOf(attributes: Readonly<Record<string, string>>): string {
  const orphaned = (span: Span): Span => {
    const orphan = unset(ATTR.frontEndSpanId)(moveToNobody(span));
    return { ...orphan, attributes: { ...orphan.attributes, ...attributes } };
  };
  const { see } = unexplainedOrphans.look({ logs: undefined });
  const requests = change({ get: orphaned }).map((trace) => requestsOf(trace));
  const [sighting] = requests.flatMap((trace) => see?.(trace, false) ?? []);
  return (sighting?.words ?? unexplainedOrphans).finding;
}

const onCloudRun = { 'cloud.platform': 'gcp_cloud_run' };
const onGke = { 'cloud.platform': 'gcp_kubernetes_engine' };
const from = (source: string) => ({ [ATTR.parentSource]: source });

test('an orphan on Cloud Run whose parent no b3 restored hangs on the front end', () => {
  assert.match(findingOf({ ...onCloudRun, ...from('gcp_trace') }), REPLACED);
  assert.match(findingOf({ ...onCloudRun, ...from('tracecontext') }), REPLACED);
});

test('an orphan whose parent b3 named, or that no front end is before, may have lost it', () => {
  assert.match(findingOf({ ...onCloudRun, ...from('b3') }), UNKNOWN);
  assert.match(findingOf({ ...onGke, ...from('tracecontext') }), UNKNOWN);
});
